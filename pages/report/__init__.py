"""The report, as Markdown and as one page."""
