"""What became of the literature's claims, as one Markdown page: a figure and its caption for each.

Captions are computed from what was measured, and a PNG carries its own, so the page says what was
found.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vae.figures.base import read_words
from vae.params import Model
from vae.report import SCALES, Table, markdown_table

_NUMBERS = ("elbo", "reconstruction", "kl", "log_likelihood", "active_units", "knn_accuracy")


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
        "Test set throughout; the classifier that reads pictures has seen no latent space.",
    ]
    for figure in figures:
        words, path = read_words(figure), Path(os.path.relpath(figure, place.parent)).as_posix()
        lines += ["", f"## {words.title}", "", f'<img src="{path}" alt="{words.title}">', ""]
        lines += [words.caption]
    lines += ["", "## Every objective, likelihood and network", ""]
    lines += [
        "Models trained for these pages, at the default training settings; nats per test image. "
        "`elbo` is the bound itself, whatever was trained on. Compare rows of one scale only.",
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
                _objective(model),
                str(model.epochs),
                *(f"{metrics[name][key]:.5g}".replace("-", "−") for key in _NUMBERS),
            ]
        )
    return Table(["", "network", "scale", "objective", "epochs", *_NUMBERS], rows)


def _objective(model: Model) -> str:
    objective = model.objective
    if objective.samples > 1:
        return f"importance-weighted, {objective.samples} samples"
    parts = [f"β {objective.beta:g}"]
    parts += [f"warm-up {objective.warmup:.0%}"] if objective.warmup else []
    parts += [f"{objective.free_bits:g} free nats an axis"] if objective.free_bits else []
    parts += [f"MMD {objective.mmd:g}"] if objective.mmd else []
    return ", ".join(parts)
