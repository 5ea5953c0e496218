"""The page that shows revisions side by side."""
