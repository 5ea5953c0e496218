"""Claim: images unlike those of the training have a low ELBO."""
