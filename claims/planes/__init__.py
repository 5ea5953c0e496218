"""Claim: the KL term orders the latent space, and each objective leaves its mark."""
