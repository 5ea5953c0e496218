"""What the page of a film holds: codes and decoded pictures of every moment, and the bound.

Codes are kept in half precision and pictures at 16 greys.
"""

from typing import Any

import numpy as np
from matplotlib.colors import to_hex

from figures.style import palette
from pages.explorer.images import to_nibbles
from pages.render import pack
from vae.files.dataset import Classes
from vae.film import Film


def contents(film: Film, known: Classes, *, limit: float) -> dict[str, Any]:
    """The values of the template pages/film/page.html.

    Args:
        film: of one training.
        known: the classes of its images.
        limit: the latent plane is shown from −limit to limit.
    """
    table, text = pack(
        {
            "mean": film.mean,
            "label": film.label.astype(np.int32),
            "pictures": to_nibbles(film.pictures),
        }
    )
    names = list(known.names)
    _, rows, columns, *image = film.pictures.shape
    return {
        "dataset": known.dataset,
        "moments": len(film.step),
        "steps": int(film.step[-1]),
        "images": len(film.label),
        "rows": rows,
        "columns": [names[label] for label in film.columns],
        "arrays": text,
        "data": {
            "table": table,
            "step": film.step.tolist(),
            "loss": film.loss.round(3).tolist(),
            "kl": film.kl.round(3).tolist(),
            "pictures": [rows, columns],
            "imageShape": image,
            "conditional": len(film.columns) > 0,
            "classNames": names,
            "palette": [to_hex(colour) for colour in palette(len(names))],
            "limit": limit,
        },
    }
