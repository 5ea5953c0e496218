"""The schema of params.yaml: all hyperparameters, with their types and bounds.

No conversion and, but for one key, no defaults: what a stage gets is what the file says.
"""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.model_params import Models, Precision, Training
from pipeline.section import Positive, Section, Share

ModelNames = list[str]
_Mnists = Literal["mnist", "fashion-mnist", "kmnist", "qmnist", "emnist-mnist"]
_Emnists = Literal[
    "emnist-balanced", "emnist-byclass", "emnist-bymerge", "emnist-digits", "emnist-letters"
]
DataSet = Literal[_Mnists, _Emnists, "cifar10", "cifar100", "svhn", "digits", "shapes", "folder"]


class Data(Section):
    """Which images; all but the name is of one's own pictures: `vae.datasets.image_folder`."""

    name: DataSet
    size: Annotated[list[Positive], Field(min_length=2, max_length=2)] | None
    """Height and width."""
    channels: Literal[1, 3] | None
    test_share: Share
    split_seed: Annotated[int, Field(ge=0, lt=2**31)]


class Classifier(Section):
    """The independent classifier; see `vae.classifier`."""

    channels: Annotated[list[Positive], Field(min_length=1)]
    epochs: Positive
    batch_size: Positive
    learning_rate: Annotated[float, Field(gt=0)]


class Plane(Section):
    """The grid by which log p(x) is summed; see `vae.quadrature.exact`."""

    n: Annotated[int, Field(ge=2)]
    limit: Annotated[float, Field(gt=0)]
    tolerance: Annotated[float, Field(gt=0)]


class Evaluate(Section):
    """How test-set numbers are estimated."""

    plane: Plane
    samples: Positive
    precision: Precision
    neighbours: Positive
    active_variance: Annotated[float, Field(gt=0)]


class Style(Section):
    """The look of every figure."""

    dpi: Annotated[int, Field(ge=50, le=600)]
    classes: Positive


class Frame(Section):
    """The coordinate frame that every picture of a latent plane shares."""

    latent_limit: Annotated[float, Field(gt=0)]


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
    iterations: Annotated[int, Field(ge=251)]
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


class Film(Section):
    """What a film of a training shows at each moment."""

    images: Positive
    n: Annotated[int, Field(ge=2)]
    milliseconds: Annotated[int, Field(ge=20)]


class Slices(Section):
    """Slices through what three latent axes decode to."""

    count: Positive


class Pages(Section):
    """Which pages are made of which models."""

    explorer: ModelNames
    explorer_tsne: ModelNames
    explorer_cloud: ModelNames
    film_page: ModelNames


class Explorer(Section):
    """The pages that explore a latent space."""

    images: Annotated[int, Field(ge=10)]
    megabytes: Annotated[float, Field(gt=0)]
    grid: Annotated[int, Field(ge=2)]


class Params(Section):
    """All of params.yaml; of a figure that has a section of its own, its stage checks that."""

    seed: Annotated[int, Field(ge=0, lt=2**31)]
    dataset: Data
    training: Training
    models: Models
    classifier: Classifier
    evaluate: Evaluate
    figures: dict[str, ModelNames]
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
    film: Film
    slices: Slices
    pages: Pages
    explorer: Explorer
