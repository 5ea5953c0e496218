"""The report: parameters, metrics and every figure with its caption, in the order of params.yaml.

`build` gathers all words and numbers; `pages.report.markdown` writes them as GitHub shows them,
`pages.report.page` as one page that carries its pictures. Figures bring their own titles and
captions, so a new figure needs no line here. In all texts `this` marks code, as in Markdown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures.png import read_text
from pages.table import Table
from pipeline.params import Params
from vae.files.errors import InputError
from vae.files.metrics import flatten

MEANINGS = {
    "elbo": "evidence lower bound: reconstruction − KL; higher is better (of a conditional model, "
    "as all that follows, given the class)",
    "reconstruction": "E_q[log p(x|z)]: expected log-likelihood of x given z",
    "kl": "KL(q(z|x) ‖ p(z)): what the codes cost",
    "log_likelihood": "importance-weighted bound on log p(x), {samples} samples of q(z|x); above "
    "the ELBO, and below the truth where q misses a part of the posterior",
    "log_likelihood_error": "its standard error, from the draw of those samples",
    "entropy_floor": "the images' own entropy: on grey pixels no −log p(x|z) is below it",
    "active_units": "latent axes that the model uses, of {latent_dims}",
    "knn_accuracy": "share of test codes whose {neighbours} nearest others name their class",
}

SCALES = {
    "bernoulli": "on grey pixels under a Bernoulli cross-entropy (scale G)",
    "dynamic-bernoulli": "on dynamically binarised pixels (scale D)",
    "static-bernoulli": "on statically binarised pixels (scale S)",
    "continuous-bernoulli": "as a density of grey pixels in [0, 1], continuous Bernoulli",
    "gaussian": "as a density of grey pixels in [0, 1], Gaussian",
}


@dataclass(frozen=True)
class Picture:
    """A figure: one file or, in a folder, one for each class; an animation goes with some."""

    title: str
    caption: str
    files: Mapping[Path, str]
    """PNG files with what each shows."""
    animation: Path | None

    @property
    def many(self) -> bool:
        """Whether its files are shown small, beside one another."""
        return len(self.files) > 1


@dataclass(frozen=True)
class Section:
    """A heading and its pictures."""

    heading: str
    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Report:
    """All that a report says; paths are relative to it."""

    title: str
    introduction: str
    numbers: Table
    parameters: Table
    training: str
    explorers: Mapping[str, Path]
    """A page for each model that has one."""
    exploring: str
    sections: Sequence[Section]
    walks: str
    comparison: str
    commands: Sequence[str]


def build(params: Params, metrics: Mapping[str, Mapping[str, Any]], root: Path) -> Report:
    """Gather the figures that `params` asks for, from `root`, the report's folder.

    First every figure of the unconditional models, figure by figure; then each conditional model.

    Raises:
        InputError: a figure is missing.
    """
    names = list(params.models)
    settings = [flatten(model.model_dump()) for model in params.models.values()]
    walks = ", ".join(f"`animations/{name}/`" for name in params.figures.get("interpolation", []))
    return Report(
        title=f"What the models learned of {params.dataset.name}",
        introduction="Made by `make` from `params.yaml`; every number below is measured on the "
        "test set, which nothing was trained or chosen on. Likelihoods are nats per image, summed "
        f"over pixels and averaged over images, {_scales(params)}: compare them only with numbers "
        "of the same kind.",
        numbers=Table(["", *names, "what it is"], _metric_rows(params, metrics)),
        parameters=Table(
            ["", *names],
            [[f"`{key}`", *(_show(model[key]) for model in settings)] for key in settings[0]],
        ),
        training=f"Seed {params.seed}; training: "
        + ", ".join(f"{key} {_show(value)}" for key, value in params.training)
        + ".",
        explorers={
            name: Path("explorer", f"{name}.html") for _, page in params.pages for name in page
        },
        exploring="Move through a latent space and watch the decoder work, after `make` in a page "
        "of its own for each of these models:",
        sections=_sections(params, root),
        walks=f"Every walk as an endless GIF lies in {walks} after `make`." if walks else "",
        comparison="Change a number in `params.yaml` and see what it did: an experiment re-runs "
        "only what depends on the change and keeps its results apart. `make compare` writes one "
        "page with the parameters, numbers, curves and figures of any experiments, branches or "
        "commits side by side.",
        commands=[
            "dvc exp run -n softer -S models.vae.objective.beta=4",
            "dvc metrics diff main softer",
            'make compare REVS="main softer"',
        ],
    )


def _scales(params: Params) -> str:
    """Which likelihoods the models' numbers are of."""
    used: dict[str, list[str]] = {}
    for name, model in params.models.items():
        used.setdefault(SCALES[model.likelihood], []).append(name)
    if len(used) == 1:
        return next(iter(used))
    return "; ".join(f"of {', '.join(names)} {scale}" for scale, names in used.items())


def _sections(params: Params, root: Path) -> list[Section]:
    conditional = [name for name, model in params.models.items() if model.conditional]
    sections = []
    for figure, models in params.figures.items():
        shown = [_picture(root, figure, name) for name in models if name not in conditional]
        if shown:
            sections.append(Section(_heading(figure), shown))
    for name in conditional:
        shown = [
            _picture(root, figure, name)
            for figure, models in params.figures.items()
            if name in models
        ]
        sections.append(Section(f"The class-conditional model {name}", shown))
    return sections


def _picture(root: Path, figure: str, model: str) -> Picture:
    place = root / "figures" / model / figure
    files = sorted(place.glob("*.png"), key=lambda file: (len(file.stem), file.stem))
    files = files or [place.with_suffix(".png")]
    if not files[0].exists():
        raise InputError(f"{files[0]} is missing: draw it with `dvc repro {figure}@{model}`")
    words = [read_text(file) for file in files]
    animation = place.with_suffix(".gif")
    return Picture(
        title=words[0].title if len(files) == 1 else f"{_heading(figure)}: {model}",
        caption=words[0].caption,
        files={file.relative_to(root): w.title for file, w in zip(files, words, strict=True)},
        animation=animation.relative_to(root) if animation.exists() else None,
    )


def _heading(figure: str) -> str:
    return figure.capitalize().replace("_", " ")


def _metric_rows(params: Params, metrics: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    values = {
        "samples": params.evaluate.samples,
        "neighbours": params.evaluate.neighbours,
        "latent_dims": ", ".join(str(model.latent_dim) for model in params.models.values()),
    }
    rows = []
    for key, meaning in MEANINGS.items():
        numbers = [_show(metrics[name][key]) for name in params.models]
        rows.append([f"`{key}`", *numbers, meaning.format(**values)])
    return rows


def _show(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.5g}".replace("-", "−")
    if isinstance(value, list):
        return "–".join(map(str, value))
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return str(value)
