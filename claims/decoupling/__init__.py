"""Claim: in a conditional model the class is decoupled from z."""
