"""What lies in a file: data sets, records, metrics and curves, weights; each with one reader.

`scratch` is for arrays that memory may not hold on their way there.
"""

from vae.files import dataset, metrics, records, scratch, weights
from vae.files.errors import InputError

__all__ = ["InputError", "dataset", "metrics", "records", "scratch", "weights"]
