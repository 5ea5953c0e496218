"""Claims of the literature on variational autoencoders, put to the test: one folder a claim."""
