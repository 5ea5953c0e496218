"""Measurements beside a peer and published numbers: `make bench` writes results.md."""
