"""Runs killed, cut and damaged at random, and what survives: `make chaos` (see `__main__`)."""
