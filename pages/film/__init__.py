"""The page on which one scrubs through a training."""
