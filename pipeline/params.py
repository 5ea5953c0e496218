"""The schema of params.yaml: all hyperparameters, with their types and bounds.

No defaults and no conversion: what a stage gets is what the file says.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, lt=1)]
ModelNames = list[str]
_Mnists = Literal["mnist", "fashion-mnist", "kmnist", "qmnist", "emnist-mnist"]
_Emnists = Literal[
    "emnist-balanced", "emnist-byclass", "emnist-bymerge", "emnist-digits", "emnist-letters"
]
DataSet = Literal[_Mnists, _Emnists, "digits", "shapes", "folder"]
Precision = Literal["bfloat16", "float32"]
Activation = Literal["relu", "tanh", "silu", "gelu", "leaky_relu", "softplus"]
Network = Literal["mlp", "convolutional"]
_Bernoullis = Literal["bernoulli", "dynamic-bernoulli", "static-bernoulli", "continuous-bernoulli"]
Likelihood = Literal[_Bernoullis, "gaussian", "discretised-logistic"]


class Section(BaseModel):
    """A part of the parameters: no unknown key, no conversion of types, no change afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


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
    shifts: Annotated[int, Field(ge=0)]
    refinements: Annotated[int, Field(ge=0)]
    objective: Objective
    epochs: Positive
    film: Annotated[int, Field(ge=0)]
    """Moments of the training that are kept."""

    @property
    def architecture(self) -> dict[str, Any]:
        """What `vae.model.VAE` is built from, but for the images and their classes."""
        return self.model_dump(exclude={"conditional", "objective", "epochs", "film"})


ModelName = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Models = Annotated[dict[ModelName, Model], Field(min_length=1)]


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
