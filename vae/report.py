"""The report: parameters, metrics and every figure with its caption, in a teaching order.

`build` gathers plain data; `to_markdown` writes it as GitHub shows it. Figures bring their own
titles and captions, so a new figure needs no line here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vae.errors import InputError
from vae.figures.base import Words, read_words
from vae.params import Params

MEANINGS = {
    "elbo": "evidence lower bound: reconstruction − KL; higher is better (of a conditional model, "
    "as all that follows, given the class)",
    "reconstruction": "E_q[log p(x\\|z)]: how well a code tells its image",
    "kl": "KL(q(z\\|x) ‖ p(z)): what the codes cost",
    "log_likelihood": "importance-weighted bound on log p(x) ({samples} samples); above the ELBO",
    "entropy_floor": "the images' own entropy: on grey pixels no −log p(x\\|z) is below it",
    "active_units": "latent axes that the model uses, of {latent_dims}",
    "knn_accuracy": "share of test codes whose {neighbours} nearest others name their class",
}


@dataclass(frozen=True)
class Picture:
    """The files of a figure (one, or one for each class; a GIF goes with some) and its words."""

    files: Sequence[Path]
    words: Words


@dataclass(frozen=True)
class Section:
    """A heading and its pictures."""

    heading: str
    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Report:
    """All that a report says; paths are relative to it."""

    params: Params
    metrics: Mapping[str, Mapping[str, Any]]
    sections: Sequence[Section]


def build(params: Params, metrics: Mapping[str, Mapping[str, Any]], root: Path) -> Report:
    """Gather the figures that `params` asks for, from `root`, the report's folder.

    First every figure of the unconditional models, figure by figure; then each conditional model.

    Raises:
        InputError: a figure is missing.
    """
    conditional = [name for name, model in params.models.items() if model.conditional]
    sections = []
    for figure, models in params.figures:
        shown = [_picture(root, figure, name) for name in models if name not in conditional]
        if shown:
            sections.append(Section(figure.capitalize().replace("_", " "), shown))
    for name in conditional:
        shown = [
            _picture(root, figure, name) for figure, models in params.figures if name in models
        ]
        sections.append(Section(f"The class-conditional model {name}", shown))
    return Report(params, metrics, sections)


def _picture(root: Path, figure: str, model: str) -> Picture:
    place = root / "figures" / model / figure
    files = sorted(place.glob("*.png")) or [place.with_suffix(".png")]
    if not files[0].exists():
        raise InputError(f"{files[0]} is missing: draw it with `dvc repro {figure}@{model}`")
    moving = [file for file in [place.with_suffix(".gif")] if file.exists()]
    return Picture([f.relative_to(root) for f in [*files, *moving]], read_words(files[0]))


def to_markdown(report: Report) -> str:
    """The report as GitHub shows it."""
    params, names = report.params, list(report.params.models)
    lines = [
        f"# What the models learned of {params.dataset.name}",
        "",
        "Made by `make` from `params.yaml`; every number below is measured on the test set, which "
        "nothing was trained or chosen on. Likelihoods are nats per image, summed over pixels and "
        "averaged over images, on grey pixels under a Bernoulli cross-entropy (scale G): compare "
        "them only with numbers of the same kind.",
        "",
        "## Numbers",
        "",
        *_table(["", *names, "what it is"], _metric_rows(report)),
        "",
        "## Parameters",
        "",
        *_table(["", *names], _model_rows(params)),
        "",
        f"Seed {params.seed}; training: "
        + ", ".join(f"{key} {_show(value)}" for key, value in params.training)
        + ".",
    ]
    for section in report.sections:
        lines += ["", f"## {section.heading}"]
        for picture in section.pictures:
            width = "" if len(picture.files) < 5 else ' width="19%"'
            images = (
                f'<img src="{file.as_posix()}" alt="{picture.words.title}"{width}>'
                for file in picture.files
            )
            lines += ["", f"### {picture.words.title}", "", *images, "", picture.words.caption]
    walks = ", ".join(f"`reports/animations/{name}/`" for name in params.figures.interpolation)
    if walks:
        lines += ["", f"Every walk as an endless GIF lies in {walks} after `make`."]
    return "\n".join(lines) + "\n"


def _metric_rows(report: Report) -> list[list[str]]:
    params, models = report.params, report.params.models
    values = {
        "samples": params.evaluate.samples,
        "neighbours": params.evaluate.neighbours,
        "latent_dims": ", ".join(str(model.latent_dim) for model in models.values()),
    }
    rows = []
    for key, meaning in MEANINGS.items():
        numbers = [_show(report.metrics[name][key]) for name in models]
        rows.append([f"`{key}`", *numbers, meaning.format(**values)])
    return rows


def _model_rows(params: Params) -> list[list[str]]:
    settings = [model.model_dump() for model in params.models.values()]
    return [[f"`{key}`", *(_show(model[key]) for model in settings)] for key in settings[0]]


def _show(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.5g}".replace("-", "−")
    if isinstance(value, list):
        return "–".join(map(str, value))
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(rows[0]) - 2), "---"]
    return ["| " + " | ".join(row) + " |" for row in [head, rule, *rows]]
