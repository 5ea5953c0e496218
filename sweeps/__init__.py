"""Many settings at once, each an experiment of DVC, on every core or on many machines."""
