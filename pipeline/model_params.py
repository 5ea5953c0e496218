"""The schema of a model: its architecture, its objective and how it is trained."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from pipeline.section import Positive, Section, Share

Precision = Literal["bfloat16", "float32"]
Activation = Literal["relu", "tanh", "silu", "gelu", "leaky_relu", "softplus"]
Network = Literal["mlp", "convolutional"]
_Bernoullis = Literal["bernoulli", "dynamic-bernoulli", "static-bernoulli", "continuous-bernoulli"]
Likelihood = Literal[_Bernoullis, "gaussian", "discretised-logistic"]


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
    lattice: Annotated[int, Field(ge=0)] = 0
    """The one key that may be left out: its 0 trains as before there was one."""

    @model_validator(mode="after")
    def _one_bound(self) -> "Objective":
        weighed = (self.beta, self.warmup, self.free_bits, self.mmd) != (1, 0, 0, 0)
        if self.samples > 1 and weighed:
            raise ValueError(
                "the importance-weighted bound of more than 1 sample has no KL of its own; "
                "with it, give beta 1 and warmup, free_bits and mmd 0"
            )
        if self.lattice and (weighed or self.samples > 1):
            raise ValueError(
                "the likelihood over a lattice is no bound that could be weighed; with it, give "
                "beta 1, samples 1 and warmup, free_bits and mmd 0"
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

    @model_validator(mode="after")
    def _lattice_covers(self) -> "Model":
        bernoulli = self.likelihood in ("bernoulli", "dynamic-bernoulli", "static-bernoulli")
        if self.objective.lattice and (self.latent_dim > 3 or not bernoulli):
            raise ValueError(
                "objective.lattice needs at most 3 latent axes, which its codes can cover, and "
                f"Bernoulli pixels; here are {self.latent_dim} and {self.likelihood}"
            )
        return self

    @property
    def architecture(self) -> dict[str, Any]:
        """What `vae.model.VAE` is built from, but for the images and their classes."""
        return self.model_dump(exclude={"conditional", "objective", "epochs", "film"})


ModelName = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Models = Annotated[dict[ModelName, Model], Field(min_length=1)]
