"""The claims and what was found, as one Markdown page: a figure and its caption for each.

Captions are computed from what was measured, and a PNG carries its own, so the page says what was
found.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from claims.numbers import number
from claims.objectives import describe
from figures.png import read_text
from pages.report.numbers import SCALES
from pages.table import Table, markdown_table
from pipeline.params import Model

_FORMS = {
    "elbo": ".2f",
    "reconstruction": ".2f",
    "kl": ".2f",
    "log_likelihood": ".2f",
    "active_units": "d",
    "knn_accuracy": ".3f",
}


def in_order(figures: Iterable[Path], order: Sequence[str]) -> list[Path]:
    """Figures as the page shows them: by their place in `order`, then by name.

    Args:
        figures: `<claim>/<figure>.png`, relative to the folder of all results.
        order: names of claims, or of one figure as `<claim>/<figure>`.

    >>> figures = [Path("b/y.png"), Path("b/x.png"), Path("c/z.png"), Path("a/w.png")]
    >>> [figure.as_posix() for figure in in_order(figures, ["c", "b/y"])]
    ['c/z.png', 'b/y.png', 'a/w.png', 'b/x.png']
    """

    def place(figure: Path) -> tuple[int, Path]:
        names = figure.with_suffix("").as_posix(), figure.parent.as_posix()
        places = (order.index(name) for name in names if name in order)
        return next(places, len(order)), figure

    return sorted(figures, key=place)


def to_markdown(
    figures: Sequence[Path],
    models: Mapping[str, Model],
    metrics: Mapping[str, Mapping[str, Any]],
    page: Path,
) -> str:
    """The content of `page`.

    Args:
        figures: PNGs, in the order of the page.
        models: trained for the claims.
        metrics: of each model, as `stages.evaluate` writes them.
        page: where it will lie; pictures are named from there.
    """
    lines = [
        "# Claims, put to the test",
        "",
        "Made by `make claims`. Each figure tests one thing that is said of variational "
        "autoencoders; its caption is computed from the numbers beside it and says what was found. "
        "Images are the test set's; the classifier that some of them use was trained on images "
        "alone and has seen no latent space. At the end, pictures of each likelihood and numbers "
        "of every model. `film/beta.html`, after `make claims`, is a page on which one drags "
        "through the weights of the KL.",
    ]
    before = ""
    for figure in figures:
        text, path = read_text(figure), Path(os.path.relpath(figure, page.parent)).as_posix()
        lines += ["", f"## {text.title}", "", f'<img src="{path}" alt="{text.title}">']
        lines += [] if text.caption == before else ["", text.caption]
        before = text.caption
    lines += ["", "## Every objective, likelihood and network", ""]
    lines += [
        "Models trained for these pages, at the default training settings; nats per test image. "
        "`elbo` is the bound itself, whatever was trained on. `log_likelihood` is exact, summed "
        "over the latent plane; after ≥ it is a bound, too, by importance samples from q alone. "
        "Compare rows of one scale only, and mind the epochs: most of these trainings are short.",
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
                describe(model.objective),
                str(model.epochs),
                *(_cell(key, metrics[name]) for key in _FORMS),
            ]
        )
    return Table(["", "network", "scale", "objective", "epochs", *_FORMS], rows)


def _cell(key: str, metrics: Mapping[str, Any]) -> str:
    bound = key == "log_likelihood" and metrics["log_likelihood_samples"] is not None
    return ("≥" if bound else "") + number(metrics[key], _FORMS[key])
