"""Claim: the ELBO is close to log p(x)."""
