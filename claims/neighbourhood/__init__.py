"""Claim: similar classes are neighbours in latent space."""
