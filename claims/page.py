"""What became of the literature's claims, as one Markdown page: a figure and its caption for each.

Captions are computed from what was measured, and a PNG carries its own, so the page says what was
found.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from claims.planes.figure import told
from figures.png import read_text
from pages.report.report import SCALES, Table, markdown_table
from pipeline.params import Model

_FORMS = {
    "elbo": ".2f",
    "reconstruction": ".2f",
    "kl": ".2f",
    "log_likelihood": ".2f",
    "active_units": "d",
    "knn_accuracy": ".3f",
}


def to_markdown(
    figures: Sequence[Path],
    models: Mapping[str, Model],
    metrics: Mapping[str, Mapping[str, Any]],
    place: Path,
) -> str:
    """The page that will lie at `place`.

    Args:
        figures: PNGs, in the order of the page.
        models: trained for the claims.
        metrics: theirs, as `reports/metrics` has them.
        place: of the page; pictures are named from there.
    """
    lines = [
        "# Claims, put to the test",
        "",
        "Made by `make claims`. Each figure asks for one thing that is said of variational "
        "autoencoders; its caption is computed from the numbers beside it and says what was found. "
        "Images are the test set's; the classifier that reads pictures has seen no latent space. "
        "At the end, pictures of each likelihood and numbers of every model.",
    ]
    said = ""
    for figure in figures:
        words, path = read_text(figure), Path(os.path.relpath(figure, place.parent)).as_posix()
        lines += ["", f"## {words.title}", "", f'<img src="{path}" alt="{words.title}">']
        lines += [] if words.caption == said else ["", words.caption]
        said = words.caption
    lines += ["", "## Every objective, likelihood and network", ""]
    lines += [
        "Models trained for these pages, at the default training settings; nats per test image. "
        "`elbo` is the bound itself, whatever was trained on. `log_likelihood` is a bound, too, by "
        "importance samples from q alone: of a plane it can fall nats short (see what the ELBO "
        "misses), so it ranks no models by itself. Compare rows of one scale only, and mind the "
        "epochs: most of these trainings are short.",
        "",
        *markdown_table(_table(models, metrics)),
    ]
    return "\n".join(lines) + "\n"


def _table(models: Mapping[str, Model], metrics: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = []
    for name, model in models.items():
        widths = "–".join(map(str, model.hidden))
        rows.append(
            [
                f"`{name}`",
                f"{model.latent_dim}-D, {model.network} {widths} {model.activation}",
                SCALES[model.likelihood],
                told(model.objective),
                str(model.epochs),
                *(f"{metrics[name][key]:{form}}".replace("-", "−") for key, form in _FORMS.items()),
            ]
        )
    return Table(["", "network", "scale", "objective", "epochs", *_FORMS], rows)
