"""The schema of the parameters: every number a person may turn, with its type and its bounds.

Every mistake is reported at once. YAML is read as DVC reads it (YAML 1.2, where `1e-3` is a
number).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from vae.errors import InputError

Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, lt=1)]
ModelNames = list[str]
DataSet = Literal[
    "mnist",
    "fashion-mnist",
    "kmnist",
    "qmnist",
    "emnist-balanced",
    "emnist-byclass",
    "emnist-bymerge",
    "emnist-digits",
    "emnist-letters",
    "emnist-mnist",
    "digits",
    "folder",
]
Precision = Literal["bfloat16", "float32"]
Activation = Literal["relu", "tanh", "silu", "gelu", "leaky_relu", "softplus"]
Network = Literal["perceptron", "convolutional"]
Likelihood = Literal[
    "bernoulli", "dynamic-bernoulli", "static-bernoulli", "continuous-bernoulli", "gaussian"
]

_EXPLORABLE = ("perceptron", "bernoulli")


class Section(BaseModel):
    """A part of the parameters: no unknown key, no conversion of types, no change afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


S = TypeVar("S", bound=Section)


class Data(Section):
    """Which images."""

    name: DataSet


class Training(Section):
    """How every model is trained; see `vae.training.fit`."""

    batch_size: Positive
    learning_rate: Annotated[float, Field(gt=0)]
    beta2: Share
    warmup: Share
    clip: Annotated[float, Field(gt=0)]
    validation: Annotated[float, Field(gt=0, le=0.5)]
    precision: Precision
    patience: Positive | None


class Objective(Section):
    """What is maximised; see `vae.objective`."""

    beta: Annotated[float, Field(ge=0)]
    warmup: Annotated[float, Field(ge=0, le=1)]
    free_bits: Annotated[float, Field(ge=0)]
    mmd: Annotated[float, Field(ge=0)]
    samples: Positive

    @model_validator(mode="after")
    def _one_bound(self) -> "Objective":
        if self.samples > 1 and (self.beta, self.warmup, self.free_bits, self.mmd) != (1, 0, 0, 0):
            raise ValueError(
                "the importance-weighted bound of more than 1 sample has no KL of its own; "
                "with it, give beta 1 and warmup, free_bits and mmd 0"
            )
        return self


class Model(Section):
    """One model: its architecture, its objective and how long it is trained."""

    latent_dim: Positive
    conditional: bool
    network: Network
    hidden: Annotated[list[Positive], Field(min_length=1)]
    activation: Activation
    likelihood: Likelihood
    objective: Objective
    epochs: Positive


ModelName = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Models = Annotated[dict[ModelName, Model], Field(min_length=1)]


class Classifier(Section):
    """The independent classifier; see `vae.classifier`."""

    channels: Annotated[list[Positive], Field(min_length=1)]
    epochs: Positive
    batch_size: Positive
    learning_rate: Annotated[float, Field(gt=0)]


class Evaluate(Section):
    """How test-set numbers are estimated."""

    samples: Positive
    precision: Precision
    neighbours: Positive
    active_variance: Annotated[float, Field(gt=0)]


class Figures(Section):
    """Which figures are drawn of which models, in the order in which the report shows them."""

    curves: ModelNames
    reconstructions: ModelNames
    samples: ModelNames
    scatter: ModelNames
    manifold: ModelNames
    digits: ModelNames
    uncertainty: ModelNames
    interpolation: ModelNames
    tsne: ModelNames
    traversal: ModelNames
    class_manifolds: ModelNames
    conditional: ModelNames


class Neighbourhood(Section):
    """Whose codes lie around those of each class."""

    k: Positive
    example: Annotated[int, Field(ge=0)]


class Doubt(Section):
    """The posterior's σ beside a classifier's doubt."""

    parts: Annotated[int, Field(ge=2)]
    resamples: Annotated[int, Field(ge=10)]
    example: Annotated[int, Field(ge=0)]
    strip: Positive


class Factors(Section):
    """What latent axes stand for."""

    bins: Annotated[int, Field(ge=2)]
    trees: Positive


class Decoupling(Section):
    """What is left of the class in z."""

    images: Positive


class Anomaly(Section):
    """Classes and data sets that a model never saw."""

    samples: Positive
    published: dict[str, float]
    published_for: DataSet


class Exact(Section):
    """log p(x) of several models of a plane, by quadrature."""

    images: Positive
    grid: Annotated[int, Field(ge=3)]
    limit: Annotated[float, Field(gt=0)]


class Aggregate(Section):
    """The aggregate posterior against the prior."""

    cells: Annotated[int, Field(ge=2)]


class Gaps(Section):
    """log p(x) of models of a plane by quadrature, beside its estimates."""

    images: Positive
    prior_share: Share
    grid: Annotated[int, Field(ge=2)]
    limit: Annotated[float, Field(gt=0)]
    samples: Annotated[list[Positive], Field(min_length=2)]

    @field_validator("samples")
    @classmethod
    def _rise(cls, samples: list[int]) -> list[int]:
        if samples != sorted(set(samples)):
            raise ValueError("give numbers that rise")
        return samples


class Claims(Section):
    """What the literature says of VAEs, put to the test; its models come beside the pipeline's."""

    models: dict[ModelName, Model]
    held_out: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
    others: Annotated[list[DataSet], Field(min_length=1)]
    anomaly: Anomaly
    neighbourhood: Neighbourhood
    doubt: Doubt
    factors: Factors
    decoupling: Decoupling
    gaps: Gaps
    exact: Exact
    aggregate: Aggregate


class Style(Section):
    """The look of every figure."""

    dpi: Annotated[int, Field(ge=50, le=600)]


class Frame(Section):
    """The coordinate frame that every picture of a latent plane shares."""

    limit: Annotated[float, Field(gt=0)]


class Reconstructions(Section):
    """The figure of inputs beside reconstructions."""

    per_class: Positive


class Samples(Section):
    """The figure of prior samples."""

    rows: Annotated[int, Field(ge=2)]


class Manifold(Section):
    """The quantile grid."""

    n: Annotated[int, Field(ge=2)]
    page_n: Annotated[int, Field(ge=2)]


class Uncertainty(Section):
    """The figure of posterior widths."""

    ellipses: Positive
    strip: Positive


class Interpolation(Section):
    """Paths between test images of two or more classes."""

    sources: list[Annotated[int, Field(ge=0)]]
    pairs: list[Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2, max_length=2)]]
    loops: list[Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=3)]]
    frames: Annotated[int, Field(ge=2)]
    milliseconds: Annotated[int, Field(ge=20)]
    pixels: Positive
    strip: Annotated[int, Field(ge=2)]


class Tsne(Section):
    """t-SNE of a latent space with more than two axes."""

    perplexity: Annotated[float, Field(ge=2)]
    iterations: Annotated[int, Field(ge=250)]
    angle: Annotated[float, Field(gt=0, le=1)]
    points: Annotated[int, Field(ge=10)]
    neighbours: Positive


class Traversal(Section):
    """One latent axis at a time."""

    steps: Annotated[int, Field(ge=2)]
    limit: Annotated[float, Field(gt=0)]


class Conditional(Section):
    """The same codes decoded as every class."""

    rows: Positive


class Pages(Section):
    """Which pages are made of which models."""

    explorer: ModelNames
    explorer_tsne: ModelNames


class Explorer(Section):
    """The pages that explore a latent space."""

    images: Annotated[int, Field(ge=10)]
    grid: Annotated[int, Field(ge=2)]


class Params(Section):
    """All parameters: params.yaml, and claims/params.yaml with what `make claims` alone reads."""

    seed: Annotated[int, Field(ge=0, lt=2**31)]
    dataset: Data
    training: Training
    models: Models
    classifier: Classifier
    evaluate: Evaluate
    figures: Figures
    style: Style
    frame: Frame
    reconstructions: Reconstructions
    samples: Samples
    manifold: Manifold
    uncertainty: Uncertainty
    interpolation: Interpolation
    tsne: Tsne
    traversal: Traversal
    conditional: Conditional
    pages: Pages
    explorer: Explorer
    claims: Claims


def read(*files: Path) -> Params:
    """The checked parameters of the pipeline, whose sections lie in these files; see `load`."""
    content: dict[Any, Any] = {}
    for file in files:
        part = _content(file)
        if both := sorted(content.keys() & part.keys()):
            raise InputError(f"{file} holds {', '.join(both)}, and a file before it does, too")
        content |= part
    return check(content, " and ".join(map(str, files)))


def check(content: dict[Any, Any], origin: str = "the parameters") -> Params:
    """`content` as parameters of the pipeline; `origin` names its files, see `load`."""
    return _check(content, origin, Params)


def load(path: Path, schema: type[S]) -> S:
    """The checked content of a YAML file.

    Raises:
        InputError: with one line for every mistake: dotted key, value given, what is allowed.
    """
    return _check(_content(path), str(path), schema)


def _content(path: Path) -> dict[Any, Any]:
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, ValueError) as error:  # ValueError: not UTF-8, or a date that is none
        raise InputError(f"{path} is not YAML: {error}") from None
    if not isinstance(content, dict):
        what = "nothing" if content is None else repr(content)
        raise InputError(f"{path} holds {what}; it must hold keys and values, such as seed: 0")
    return content


def _check(content: dict[Any, Any], origin: str, schema: type[S]) -> S:
    problems = []
    try:
        values = schema.model_validate(content)
    except ValidationError as error:
        problems = [_explain(problem) for problem in error.errors()]
    problems += _misfits(content)
    if problems:
        raise InputError("\n  ".join([f"{len(problems)} mistake(s) in {origin}:", *problems]))
    return values


def _misfits(content: dict[Any, Any]) -> Iterator[str]:
    """Figures and pages asked of models that do not suit them, if their sections are valid."""
    try:
        models = TypeAdapter(Models).validate_python(content.get("models"))
        figures = Figures.model_validate(content.get("figures"))
        pages = Pages.model_validate(content.get("pages"))
        claims = Claims.model_validate(content.get("claims")).models
    except ValidationError:
        return
    plane = ["scatter", "manifold", "class_manifolds", "digits", "uncertainty", "explorer"]
    conditional = ["class_manifolds", "conditional"]
    for name in models.keys() & claims.keys():
        yield f"claims.models.{name}: models has that name, too; give one of them another"
    asked = [("figures", *item) for item in figures] + [("pages", *item) for item in pages]
    for section, figure, names in asked:
        where = f"{section}.{figure} is {names}"
        for name in names:
            model = models.get(name)
            if model is None:
                yield f"{where}: no model {name!r}; models are {', '.join(models)}"
                continue
            if figure in plane and model.latent_dim != 2:
                yield (
                    f"{where}: it needs a plane, and models.{name}.latent_dim is "
                    f"{model.latent_dim}; give models with latent_dim 2"
                )
            if figure == "tsne" and model.latent_dim <= 2:
                yield (
                    f"{where}: t-SNE maps more than two axes, and models.{name}.latent_dim is "
                    f"{model.latent_dim}; the scatter shows such a model as it is"
                )
            if figure in conditional and not model.conditional:
                yield f"{where}: models.{name}.conditional is false, and it must be true"
            if section == "pages" and (model.network, model.likelihood) != _EXPLORABLE:
                yield (
                    f"{where}: an explorer computes perceptrons on grey pixels, and models.{name} "
                    f"is {model.network}, {model.likelihood}; give models that are "
                    f"{', '.join(_EXPLORABLE)}"
                )
            if figure == "explorer_tsne" and name not in figures.tsne:
                yield f"{where}: it shows the map of the figure tsne; add {name} to figures.tsne"
        if len(set(names)) < len(names):
            yield f"{where}: each model once"


def _explain(problem: ErrorDetails) -> str:
    # pydantic marks the alternatives of a union and dictionary keys; a reader wants the plain path
    key = ".".join(str(part) for part in problem["loc"] if part not in ("constrained-int", "[key]"))
    message = problem["msg"][0].lower() + problem["msg"][1:]
    match problem["type"]:
        case "extra_forbidden":
            return f"{key}: unknown key (its value is {problem['input']!r}); remove or rename it"
        case "missing":
            return f"{key}: missing"
        case _:
            return f"{key} is {problem['input']!r}: {message}"
