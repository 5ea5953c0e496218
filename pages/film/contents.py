"""What the page of a film holds: codes and decoded pictures of every moment, and the bound.

A film shows a training from step to step, or networks that were trained with one weight of the KL
after another. Codes are kept in half precision and pictures at 16 greys.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import to_hex

from figures.style import palette
from pages.explorer.images import to_nibbles
from pages.render import pack
from vae.files.dataset import Classes
from vae.film import Film


def contents(
    film: Film, known: Classes, *, title: str, limit: float, weights: Sequence[float] = ()
) -> dict[str, Any]:
    """The values of the template pages/film/page.html.

    Args:
        film: of one training, or a moment for each weight.
        known: the classes of its images.
        title: of the page.
        limit: the latent plane is shown from −limit to limit.
        weights: of the KL, if the moments are networks that were trained with them.
    """
    table, text = pack(
        {
            "mean": film.mean,
            "label": film.label.astype(np.int32),
            "pictures": to_nibbles(film.pictures),
        }
    )
    names = list(known.names)
    moments = [f"{weight:g}" for weight in weights] or [f"{step:,}" for step in film.step]
    _, rows, columns, *image = film.pictures.shape
    return {
        "title": title,
        "sweep": bool(weights),
        "moments": moments,
        "images": len(film.label),
        "rows": rows,
        "columns": [names[label] for label in film.columns],
        "arrays": text,
        "data": {
            "table": table,
            "moments": moments,
            "named": "β" if weights else "step",
            "step": None if weights else film.step.tolist(),
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
