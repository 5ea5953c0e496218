"""The report: parameters, metrics and every figure with its caption, in a teaching order.

`build` gathers all words and numbers; `to_markdown` writes them as GitHub shows them, `to_html` as
one page that carries its pictures. Figures bring their own titles and captions, so a new figure
needs no line here. In all texts `this` marks code, as in Markdown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures.animation import sprite_sheet
from figures.png import read_text
from pages.render import render
from pipeline.params import Params
from vae.errors import InputError

MEANINGS = {
    "elbo": "evidence lower bound: reconstruction − KL; higher is better (of a conditional model, "
    "as all that follows, given the class)",
    "reconstruction": "E_q[log p(x|z)]: how well a code tells its image",
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
class Table:
    """Words in columns; the first names the row."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def right(self) -> list[bool]:
        """Which columns are set to the right: all but names and sentences."""
        columns = zip(*self.rows, strict=True)
        return [i > 0 and not any(" " in cell for cell in c) for i, c in enumerate(columns)]


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
    settings = [_flat(model.model_dump()) for model in params.models.values()]
    walks = ", ".join(f"`animations/{name}/`" for name in params.figures.interpolation)
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
    for figure, models in params.figures:
        shown = [_picture(root, figure, name) for name in models if name not in conditional]
        if shown:
            sections.append(Section(_heading(figure), shown))
    for name in conditional:
        shown = [
            _picture(root, figure, name) for figure, models in params.figures if name in models
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


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values by their dotted path."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        path = f"{prefix}{key}"
        flat |= _flat(value, f"{path}.") if isinstance(value, dict) else {path: value}
    return flat


def _show(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.5g}".replace("-", "−")
    if isinstance(value, list):
        return "–".join(map(str, value))
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return str(value)


def to_markdown(report: Report) -> str:
    """The report as GitHub shows it."""
    lines = [f"# {report.title}", "", report.introduction, "", "## Numbers", ""]
    lines += [*markdown_table(report.numbers), "", "## Parameters", ""]
    lines += [*markdown_table(report.parameters), "", report.training]
    for section in report.sections:
        lines += ["", f"## {section.heading}"]
        for picture in section.pictures:
            width = ' width="19%"' if picture.many else ""
            images = [
                f'<img src="{file.as_posix()}" alt="{title}"{width}>'
                for file, title in picture.files.items()
            ]
            if picture.animation:
                images.append(
                    f'<img src="{picture.animation.as_posix()}" alt="{picture.title}, moving">'
                )
            lines += ["", f"### {picture.title}", "", *images, "", picture.caption]
    lines += ["", report.walks] if report.walks else []
    if report.explorers:
        pages = ", ".join(f"`{page.as_posix()}`" for page in report.explorers.values())
        lines += ["", "## Explore", "", f"{report.exploring} {pages}."]
    lines += ["", "## Compare", "", report.comparison, "", "```sh", *report.commands, "```"]
    return "\n".join(lines) + "\n"


def markdown_table(table: Table) -> list[str]:
    """The lines of a Markdown table."""
    rule = ["---:" if right else "---" for right in table.right]
    cells = ([cell.replace("|", "\\|") for cell in row] for row in table.rows)
    return ["| " + " | ".join(row) + " |" for row in [table.head, rule, *cells]]


def to_html(report: Report, root: Path, folder: Path, shared_css: Path) -> str:
    """The report as one page that carries its pictures; see `vae.page.render`."""
    return render(
        folder,
        shared_css,
        report=report,
        content=lambda file: (root / file).read_bytes(),
        sprite_sheet=sprite_sheet,
    )
