"""Parameters from YAML files: read, checked whole, every mistake reported at once.

YAML is read as DVC reads it (YAML 1.2, where `1e-3` is a number).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from reprlib import repr as short
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.model_params import Model, Models
from pipeline.params import ModelNames, Pages, Params
from pipeline.section import Section
from vae.files.errors import InputError

S = TypeVar("S", bound=Section)

_FILMS = {"film", "film_page"}
_PLANES = {"scatter", "manifold", "class_manifolds", "digits", "uncertainty", "explorer", *_FILMS}
_SPACES = {"cloud", "slices", "explorer_cloud"}
"""Of three axes."""
_CONDITIONAL = {"class_manifolds", "conditional"}
_SHOWN = {"explorer_tsne": "tsne", "film_page": "film"}
"""Pages of what is computed for a figure."""


def read(path: Path) -> Params:
    """The checked parameters of the pipeline; see `load`."""
    return checked(_content(path), str(path))


def checked(content: dict[Any, Any], origin: str) -> Params:
    """Parameters of the pipeline that a file or the like, `origin`, holds; see `load`."""
    figures = content.get("figures")
    known = Params.model_fields.keys()
    own = {key for key in content if isinstance(figures, dict) and key in figures} - known
    content = {key: value for key, value in content.items() if key not in own}
    return _check(content, origin, Params, _misfits(content))


def load(path: Path, schema: type[S]) -> S:
    """The checked content of a YAML file.

    Raises:
        InputError: with one line for every mistake: dotted key, value given, what is allowed.
    """
    return _check(_content(path), str(path), schema)


def at(address: str, schema: type[S]) -> S:
    """The checked part of a YAML file that lies at `file.yaml:dotted.key`, or all of `file.yaml`.

    Raises:
        InputError: there is no such key, or as for `load`.
    """
    file, _, key = address.partition(":")
    part: Any = _content(Path(file))
    for name in filter(None, key.split(".")):
        if not isinstance(part, dict) or name not in part:
            raise InputError(f"{file} has no key {key}")
        part = part[name]
    return _check(part, address, schema)


def _content(path: Path) -> dict[Any, Any]:
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, ValueError, RecursionError) as error:  # a ValueError: no UTF-8, or no date
        raise InputError(f"{path} is not YAML: {error}") from None
    if not isinstance(content, dict):
        what = "nothing" if content is None else short(content)
        raise InputError(f"{path} holds {what}; it must hold keys and values, such as seed: 0")
    return content


def _check(content: Any, origin: str, schema: type[S], misfits: Iterable[str] = ()) -> S:
    problems = []
    try:
        values = schema.model_validate(content)
    except ValidationError as error:
        problems = [_explain(problem) for problem in error.errors()]
    problems += misfits
    if problems:
        raise InputError("\n  ".join([f"{len(problems)} mistake(s) in {origin}:", *problems]))
    return values


def _misfits(content: dict[Any, Any]) -> Iterator[str]:
    """Figures and pages asked of models that do not suit them, if their sections are valid."""
    try:
        models = TypeAdapter(Models).validate_python(content.get("models"))
        figures = TypeAdapter(dict[str, ModelNames]).validate_python(content.get("figures"))
        pages = Pages.model_validate(content.get("pages"))
    except ValidationError:
        return
    asked = [("figures", *item) for item in figures.items()] + [("pages", *item) for item in pages]
    for section, figure, names in asked:
        where = f"{section}.{figure} is {names}"
        for name in names:
            if name not in models:
                yield f"{where}: no model {name!r}; models are {', '.join(models)}"
                continue
            yield from (f"{where}: {why}" for why in _unfit(section, figure, name, models[name]))
            of = _SHOWN.get(figure)
            if of and name not in figures.get(of, []):
                yield f"{where}: it shows what the figure {of} does; add {name} to figures.{of}"
        if len(set(names)) < len(names):
            yield f"{where}: each model once"


def _unfit(section: str, figure: str, name: str, model: Model) -> Iterator[str]:
    """Why a figure or page cannot be made of a model."""
    if figure in _PLANES and model.latent_dim != 2:
        yield (
            f"it needs a plane, and models.{name}.latent_dim is {model.latent_dim}; give models "
            "with latent_dim 2"
        )
    if figure in _SPACES and model.latent_dim != 3:
        yield (
            f"it needs three axes, and models.{name}.latent_dim is {model.latent_dim}; give models "
            "with latent_dim 3"
        )
    if figure == "slices" and model.conditional:
        yield f"models.{name}.conditional is true, and it must be false"
    if figure == "tsne" and model.latent_dim <= 2:
        yield (
            f"t-SNE maps more than two axes, and models.{name}.latent_dim is {model.latent_dim}; "
            "the scatter shows such a model as it is"
        )
    if figure in _CONDITIONAL and not model.conditional:
        yield f"models.{name}.conditional is false, and it must be true"
    if figure in _FILMS and model.film < 2:
        yield f"models.{name}.film is {model.film}: a film needs 2 moments or more, such as 40"


def _explain(problem: ErrorDetails) -> str:
    # pydantic marks the alternatives of a union and dictionary keys; a reader wants the plain path
    parts = [str(part) for part in problem["loc"] if part not in ("constrained-int", "[key]")]
    key = ".".join(part if part.isprintable() else repr(part) for part in parts)
    message = problem["msg"][0].lower() + problem["msg"][1:]
    match problem["type"]:
        case "extra_forbidden":
            return (
                f"{key}: unknown key (its value is {short(problem['input'])}); remove or rename it"
            )
        case "missing":
            return f"{key}: missing"
        case _:
            return f"{key} is {short(problem['input'])}: {message}"
