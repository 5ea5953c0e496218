"""Speed, beside a peer's way in the same run: `make bench` writes results.md."""
