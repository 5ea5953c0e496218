"""The page that explores a latent space."""
