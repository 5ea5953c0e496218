"""Many settings at once, on every core or on many machines, each a DVC experiment (`make sweep`)."""
