"""How well does the bound tell images of a class, or of a data set, that a model never saw?"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray

from claims.anomaly import figure as figures
from claims.anomaly.measure import auroc, scores
from figures.png import save
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Claims, Style
from pipeline.progress import progress
from pipeline.run import run
from vae.archives import Dataset
from vae.dataset import require_classes, require_several_classes
from vae.errors import InputError
from vae.evaluation import importance
from vae.metrics import write_metrics
from vae.model import VAE, checkpoint
from vae.model.likelihood import entropy

Scores = Mapping[str, Float[ndarray, " n"]]


def main(
    dataset: Path,
    held_out: Path,
    whole: Path,
    others: Path,
    metrics: Path,
    figure: Path,
    *,
    seed: int,
    claims: Claims,
    style: Style,
) -> None:
    """`held_out` holds a model for each class left out; `others` other data and their models.

    `whole` is the model of all classes.
    """
    data, samples = Dataset.load(dataset), claims.anomaly.samples
    require_several_classes(data.y_test, "anomaly")
    names = data.class_names
    require_classes(claims.held_out, data.y_test, "claims.held_out")
    found = {}
    for label in progress(claims.held_out, "classes held out"):
        model = checkpoint.load(held_out / f"{label}.safetensors", device())
        told = measure(model, data.x_test, samples, seed)
        found[label] = {score: auroc(v, data.y_test == label) for score, v in told.items()}
    aurocs = {
        score: np.array([found.get(c, {}).get(score, np.nan) for c in range(len(names))])
        for score in told
    }
    pairs = {}
    for name in claims.others:
        other = Dataset.load(others / f"{name}.npz")
        if other.name == data.name:
            continue
        if other.image_shape != data.image_shape:
            raise InputError(
                f"claims.others: images of {other.name} are {_size(other)}, those of {data.name} "
                f"{_size(data)}; give data sets of one size"
            )
        theirs = checkpoint.load(others / f"{name}.safetensors", device())
        ours = checkpoint.load(whole, device())
        for model, home, away in ((ours, data, other), (theirs, other, data)):
            normal, strange = (measure(model, d.x_test, samples, seed) for d in (home, away))
            pairs[home.name, away.name] = {
                score: separate(normal[score], strange[score]) for score in normal
            }

    published = claims.anomaly.published if data.name == claims.anomaly.published_for else {}
    drawn = figures.draw(
        aurocs,
        class_names=names,
        published=published,
        pairs=pairs,
        title=f"Anomalies by the bound: {whole.stem} on {data.name}",
        dpi=style.dpi,
    )
    words = figures.caption(aurocs, class_names=names, published=published, pairs=pairs)
    with atomic_write(figure) as file:
        save(drawn, file, words)
    numbers: dict[str, Mapping[str, float]] = {
        score: {"mean": float(np.nanmean(column))}
        | {names[label]: found[label][score] for label in found}
        for score, column in aurocs.items()
    }
    between = {f"{a} then {b}": pair for (a, b), pair in pairs.items()}
    with atomic_write(metrics) as file:
        write_metrics(file, {"anomaly": numbers | between})


def measure(model: VAE, images: ndarray, samples: int, seed: int) -> Scores:
    """Every score of every image."""
    x = model.observe(torch.from_numpy(images).to(device()), seed)
    bounds = importance(model, x, None, samples, seed, "bfloat16")
    return scores(bounds.reconstruction.numpy(), bounds.kl.numpy(), entropy(x).cpu().numpy())


def _size(data: Dataset) -> str:
    return "×".join(map(str, data.image_shape))


def separate(normal: Float[ndarray, " n"], strange: Float[ndarray, " m"]) -> float:
    """AUROC of telling the strange from the normal."""
    which: Int[ndarray, " nm"] = np.repeat([0, 1], [len(normal), len(strange)])
    return auroc(np.concatenate([normal, strange]), which == 1)


if __name__ == "__main__":
    run(main)
