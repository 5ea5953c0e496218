"""The mathematics of variational autoencoders: arrays and tensors in, arrays and tensors out."""
