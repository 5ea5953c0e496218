"""Claim: the codes of a data set follow the prior, so that prior samples look like data."""
