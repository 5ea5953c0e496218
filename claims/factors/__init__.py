"""Claim: a latent axis encodes a factor of variation, such as slant."""
