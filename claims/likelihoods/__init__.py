"""Claim: the likelihood of the pixels decides what a sample looks like.

A draw from p(x | z) beside its mean, for models that differ in the likelihood alone. The figure is
the pipeline's own of prior samples: this folder holds no code.
"""
