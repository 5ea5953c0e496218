"""Self-contained HTML pages: what each shows, beside its template, style and scripts."""
