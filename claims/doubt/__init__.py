"""Claim: the posterior of an ambiguous image is wide."""
