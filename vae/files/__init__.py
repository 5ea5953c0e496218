"""What lies in a file: data sets, records, metrics and curves, weights; each with one reader."""

from vae.files import dataset, metrics, records, weights
from vae.files.errors import InputError

__all__ = ["InputError", "dataset", "metrics", "records", "weights"]
