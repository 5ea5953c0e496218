"""The report: an opening, a path of short sections, then every number and parameter.

`build` gathers all words and numbers; `pages.report.markdown` writes them as GitHub shows them,
`pages.report.page` as one page that carries its pictures. Figures bring their own titles and
captions, so a new figure needs no line here. In all texts `this` marks code, as in Markdown.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from figures.png import read_text
from pages.report.numbers import Numbers, count, headline, measured, numbers_table, show
from pages.report.path import CONDITIONAL, PATH, conditional_words
from pages.table import Table
from pipeline.model_params import Model
from pipeline.params import Params
from vae.files.errors import InputError
from vae.files.metrics import flatten

LEADS = 2
"""So many models of a section's first figure are shown; all else lies folded."""
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


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
    """A heading, a few sentences, the pictures that lead and those for whom wants more."""

    heading: str
    words: str
    leads: Sequence[Picture]
    more: Sequence[Picture] = ()

    @property
    def address(self) -> str:
        """Within the page."""
        return re.sub(r"\W+", "-", self.heading.lower()).strip("-")


@dataclass(frozen=True)
class Report:
    """All that a report says; paths are relative to it."""

    title: str
    introduction: str
    model: str
    """The one that it opens with."""
    live: bool
    """Whether a page can decode it: a latent plane that has an explorer."""
    cover: Picture | None
    """A picture of that model, where there is one."""
    headline: Sequence[tuple[str, str]]
    """Numbers that need no formula, each with what it says."""
    explorers: Mapping[str, Path]
    """A page for each model that has one, by what it shows."""
    exploring: str
    films: Mapping[Path, Path]
    """Pages on which an animation can be dragged through, by its file."""
    sections: Sequence[Section]
    measured: str
    numbers: Table
    parameters: Table
    training: str
    walks: str
    comparison: str
    commands: Sequence[str]


def opening(params: Params) -> str:
    """The model that the report opens with: if possible a plane that is told no class."""
    planes = [*params.pages.explorer, *params.figures.get("manifold", []), *params.models]
    return min(planes, key=lambda name: params.models[name].conditional)


def build(params: Params, numbers: Numbers, pixels: int, root: Path) -> Report:
    """Gather the figures that `params` asks for, from `root`, the report's folder.

    Args:
        params: of the run.
        numbers: of each model.
        pixels: of an image, times its channels.
        root: where `figures/` lies.

    Raises:
        InputError: a figure is missing.
    """
    first = opening(params)
    model = params.models[first]
    settings = [flatten(model.model_dump()) for model in params.models.values()]
    walks = ", ".join(f"`animations/{name}/`" for name in params.figures.get("interpolation", []))
    return Report(
        title=f"An image in {_in_words(model.latent_dim)}",
        introduction=_introduction(model, params.dataset.name),
        model=first,
        live=first in params.pages.explorer and not model.conditional,
        cover=_picture(root, "manifold", first)
        if first in params.figures.get("manifold", [])
        else None,
        headline=headline(first, params, numbers[first], pixels),
        explorers={
            _explorer(name, params.models[name]): Path("explorer", f"{name}.html")
            for page, names in params.pages
            for name in names
            if page != "film_page"
        },
        exploring="Draw an image yourself, walk from one to another, look at each one's "
        "neighbours, in a page of its own for each of these models:",
        films={
            Path("figures", name, "film.gif"): Path("film", f"{name}.html")
            for name in params.pages.film_page
        },
        sections=_sections(params, numbers, root),
        measured=measured(params),
        numbers=numbers_table(params, numbers),
        parameters=Table(
            ["", *params.models],
            [[f"`{key}`", *(show(model[key]) for model in settings)] for key in settings[0]],
        ),
        training=f"Seed {params.seed}; training: "
        + ", ".join(f"{key} {show(value)}" for key, value in params.training)
        + ".",
        walks=f"Every walk as an endless GIF lies in {walks} after `make`." if walks else "",
        comparison="All of this was made by `make` from `params.yaml`. Change a number there and "
        "see what it did: an experiment re-runs only what depends on the change and keeps its "
        "results apart. `make compare` writes one page that says which of any experiments, "
        "branches or commits is better and what differs between them.",
        commands=[
            "dvc exp run -n softer -S models.vae.objective.beta=4",
            "dvc metrics diff main softer",
            'make compare REVS="main softer"',
        ],
    )


def _introduction(model: Model, dataset: str) -> str:
    given = "the images and classes" if model.conditional else "nothing but the images"
    return (
        f"From {given} of the data set {_proper(dataset)}, a variational autoencoder learned to "
        f"write each image down as {_in_words(model.latent_dim)} and to draw it again from "
        f"{'them' if model.latent_dim > 1 else 'it'}."
    )


def _explorer(name: str, model: Model) -> str:
    return f"{name}: {count(model.latent_dim)}{' and the class' if model.conditional else ''}"


def _proper(dataset: str) -> str:
    """The name of a data set as it is written.

    >>> _proper("mnist"), _proper("emnist-letters"), _proper("fashion-mnist")
    ('MNIST', 'EMNIST-Letters', 'Fashion-MNIST')
    """
    words = dataset.split("-")
    return "-".join(w.upper() if w.endswith("mnist") else w.capitalize() for w in words)


def _in_words(latent_dim: int) -> str:
    """How many numbers a code has.

    >>> _in_words(2), _in_words(20)
    ('two numbers', '20 numbers')
    """
    shown = count(latent_dim)
    return shown.replace(str(latent_dim), _WORDS[latent_dim]) if latent_dim < len(_WORDS) else shown


def _sections(params: Params, numbers: Numbers, root: Path) -> list[Section]:
    """The path, then each figure that it does not claim, then each conditional model."""
    plain = {name: model for name, model in params.models.items() if not model.conditional}
    asked = {
        figure: [name for name in models if name in plain]
        for figure, models in params.figures.items()
    }
    sections = []
    for chapter in PATH:
        shown = {figure: asked.pop(figure, []) for figure in chapter.figures}
        pictures = [
            [_picture(root, figure, name) for name in models]
            for figure, models in shown.items()
            if models
        ]
        if pictures:
            first, *others = pictures
            words = chapter.words(plain, numbers)
            more = [*first[LEADS:], *(picture for group in others for picture in group)]
            sections.append(Section(chapter.heading, words, first[:LEADS], more))
    for figure, models in asked.items():
        if models:
            own = [_picture(root, figure, name) for name in models]
            sections.append(Section(_heading(figure), "", own))
    for name, model in params.models.items():
        if model.conditional:
            sections += _conditional(name, params, numbers, root)
    return sections


def _conditional(name: str, params: Params, numbers: Numbers, root: Path) -> list[Section]:
    """The section of a conditional model, if it has figures."""
    order = dict.fromkeys([*CONDITIONAL, *params.figures])
    pictures = [
        _picture(root, figure, name) for figure in order if name in params.figures.get(figure, [])
    ]
    words = conditional_words(name, params.models, numbers)
    heading = f"The class-conditional model {name}"
    return [Section(heading, words, pictures[:1], pictures[1:])] if pictures else []


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
