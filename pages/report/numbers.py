"""The numbers that the pipeline measures, in words: names written out, units, what they mean."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.table import Table
from pipeline.model_params import Model
from pipeline.params import Params

Numbers = Mapping[str, Mapping[str, Any]]
"""Of each model, as `stages.evaluate` writes them."""


@dataclass(frozen=True)
class Metric:
    """A number as a reader meets it."""

    name: str
    unit: str
    meaning: str
    """May name `neighbours` and `latent_dims` in braces."""


NATS = "nats per image"
METRICS = {
    "elbo": Metric(
        "evidence lower bound (ELBO)",
        NATS,
        "reconstruction term − KL divergence; higher is better (of a conditional model, as all "
        "that follows, given the class)",
    ),
    "log_likelihood": Metric(
        "log-likelihood", NATS, "log p(x) itself or, after ≥, a number that it is no less than"
    ),
    "gap": Metric("gap of the ELBO", NATS, "what the ELBO misses of the log-likelihood"),
    "log_likelihood_samples": Metric(
        "its samples",
        "of q(z|x)",
        "importance samples by which log p(x) is bounded, too low where q misses a part of the "
        "posterior; with none it is exact, a sum over the latent plane",
    ),
    "log_likelihood_error": Metric(
        "its error",
        NATS,
        "of a sum, half of what two coarser grids differ by; of samples, the standard error from "
        "their draw, which does not show what they miss",
    ),
    "log_likelihood_at_edge": Metric(
        "posteriors at the edge",
        "images",
        "whose posterior reaches the edge of the plane that was summed, so that log p(x) may be "
        "higher",
    ),
    "reconstruction": Metric(
        "reconstruction term", NATS, "E_q[log p(x|z)]: expected log-likelihood of x given z"
    ),
    "kl": Metric("KL divergence", NATS, "KL(q(z|x) ‖ p(z)): what the codes cost"),
    "entropy_floor": Metric(
        "entropy of the images", NATS, "on levels between 0 and 1 no −log p(x|z) is below it"
    ),
    "bits_per_dim": Metric(
        "bits per dimension",
        "bits per value",
        "−ELBO / (values · ln 2), of values in 256 levels, in which colour images are compared; "
        "lower is better",
    ),
    "active_units": Metric("active axes", "axes", "that the model uses, of {latent_dims}"),
    "knn_accuracy": Metric(
        "nearest-neighbour accuracy",
        "share of images",
        "test codes whose {neighbours} nearest others name their class",
    ),
}
"""By their key in `reports/metrics/`, in the order of the table, which leaves out what no model
has."""

SCALES = {
    "bernoulli": "on levels in [0, 1] under a Bernoulli cross-entropy (scale G)",
    "dynamic-bernoulli": "on dynamically binarised pixels (scale D)",
    "static-bernoulli": "on statically binarised pixels (scale S)",
    "continuous-bernoulli": "as a density of levels in [0, 1], continuous Bernoulli",
    "gaussian": "as a density of levels in [0, 1], Gaussian",
    "discretised-logistic": "as a probability of values in 256 levels, discretised logistic",
}


def numbers_table(params: Params, numbers: Numbers) -> Table:
    """Every number of every model."""
    values = {
        "neighbours": params.evaluate.neighbours,
        "latent_dims": ", ".join(str(model.latent_dim) for model in params.models.values()),
    }
    return Table(
        ["", *params.models, "unit", "what it is"],
        [
            [
                metric.name,
                *(_shown(key, numbers[name]) for name in params.models),
                metric.unit,
                f"`{key}`: {metric.meaning.format(**values)}",
            ]
            for key, metric in METRICS.items()
            if key == "gap" or any(key in found for found in numbers.values())
        ],
    )


def _shown(key: str, numbers: Mapping[str, Any]) -> str:
    """A number of one model; log p(x), and what the ELBO misses of it, may be bounds."""
    whole, elbo = numbers.get("log_likelihood"), numbers.get("elbo")
    known = {**numbers, "gap": None if whole is None or elbo is None else whole - elbo}
    bound = numbers.get("log_likelihood_samples") is not None and key in ("log_likelihood", "gap")
    return ("≥" if bound else "") + show(known.get(key))


def measured(params: Params) -> str:
    """What all numbers have in common."""
    return (
        "Measured on the test set, which nothing was trained or chosen on. A nat is "
        f"{1 / math.log(2):.2f} bits; likelihoods are summed over the pixels of an image and "
        f"averaged over images, {_scales(params.models)}. Compare them only with numbers of the "
        "same kind."
    )


def _scales(models: Mapping[str, Model]) -> str:
    """Which likelihoods the models' numbers are of."""
    used: dict[str, list[str]] = {}
    for name, model in models.items():
        used.setdefault(SCALES[model.likelihood], []).append(name)
    if len(used) == 1:
        return next(iter(used))
    return "; ".join(f"of {', '.join(names)} {scale}" for scale, names in used.items())


def headline(
    name: str, params: Params, numbers: Mapping[str, Any], size: int
) -> list[tuple[str, str]]:
    """A few numbers of the model `name` that need no formula, each with what it says.

    Args:
        name: of a model.
        params: of the run.
        numbers: of that model, as `stages.evaluate` writes them.
        size: of an image, its pixels times their channels.
    """
    model, neighbours = params.models[name], params.evaluate.neighbours
    kept = "numbers that make up an image, and those kept of it"
    told = [(f"{size:,} → {model.latent_dim}", kept)]
    if not model.conditional and numbers["knn_accuracy"] is not None:
        told.append(
            (
                f"{numbers['knn_accuracy']:.0%}",
                "of images that it has never seen lie among their own kind: the "
                f"{neighbours} nearest codes name their class. No class was given in training",
            )
        )
    bits = round(numbers["kl"] / math.log(2))
    told.append(
        (
            f"{bits} bits",
            "is what a code says of its image, on average and at most: as much as the answers to "
            f"{bits} yes-or-no questions",
        )
    )
    return told


def of_each(
    numbers: Numbers, models: Mapping[str, Model], key: str, unit: str = "", form: str = ".2f"
) -> str:
    """A number of each model in words, such as `7.24 nats with 2 numbers (vae)`, with commas."""
    words = []
    for name, model in models.items():
        value = numbers[name].get(key)
        if value is not None:
            shown = " ".join(filter(None, (f"{value:{form}}".replace("-", "−"), unit)))
            words.append(f"{shown} with {count(model.latent_dim)} (`{name}`)")
            unit = ""
    return ", ".join(words)


def count(latent_dim: int) -> str:
    """How many numbers a code has.

    >>> count(1), count(2)
    ('1 number', '2 numbers')
    """
    return f"{latent_dim} number" + "s" * (latent_dim > 1)


def show(value: object) -> str:
    """A value as a table shows it."""
    if isinstance(value, float):
        return f"{value:.5g}".replace("-", "−")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "–".join(map(str, value))
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return str(value)
