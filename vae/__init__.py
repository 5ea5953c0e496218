"""Variational autoencoders and pictures of what they learn: arrays in, arrays and figures out."""
