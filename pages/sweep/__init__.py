"""The report of a sweep: which settings are best, and what each parameter does."""
