"""Measure how well the bound detects a class, or a data set, that a model never saw."""

from pathlib import Path

import numpy as np
from torch.utils.dlpack import from_dlpack

from claims.anomaly import Settings
from claims.anomaly.measure import (
    Anomalies,
    OtherData,
    Scores,
    auroc_between,
    auroc_of_class,
    scores,
)
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.progress import progress
from pipeline.require import require_classes, require_several_classes
from pipeline.run import run
from vae.evaluation import importance
from vae.files import records
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError
from vae.files.metrics import write_metrics
from vae.model import VAE, checkpoint
from vae.model.likelihood import entropy


def main(
    settings: Settings,
    test: Path,
    classes_file: Path,
    held_out: Path,
    whole: Path,
    others: Path,
    record: Path,
    metrics: Path,
    *,
    seed: int,
) -> None:
    """AUROCs of every class held out and of every other data set.

    Args:
        settings: of this claim.
        test: the images.
        classes_file: their classes' names.
        held_out: folder of a model for each class left out of its training.
        whole: the model of all classes.
        others: folder of other data sets, and of a model of each.
        record: what is written.
        metrics: the numbers of it.
        seed: of the posteriors' samples.
    """
    images, classes = LabelledImages.load(test), Classes.load(classes_file)
    require_several_classes(images.y, "anomaly")
    require_classes(settings.held_out, images.y, "claims/anomaly/params.yaml:held_out")
    k = settings.samples
    found = {
        label: auroc_of_class(
            _scores(held_out / f"{label}.safetensors", images, k, seed), images.y, label
        )
        for label in progress(settings.held_out, "classes held out")
    }
    none: dict[str, float] = {}
    by_class = {
        score: np.array([found.get(c, none).get(score, np.nan) for c in range(len(classes.names))])
        for score in next(iter(found.values()))
    }
    pairs = [
        pair
        for name in settings.others
        for pair in _both_ways(classes.dataset, images, whole, others / name, k, seed)
    ]
    anomalies = Anomalies(whole.stem, by_class, pairs)
    with atomic_write(record) as file:
        records.save(anomalies, file)
    with atomic_write(metrics) as file:
        write_metrics(file, {"anomaly": anomalies.metrics(classes.names)})


def _both_ways(
    name: str, images: LabelledImages, model: Path, other: Path, samples: int, seed: int
) -> list[OtherData]:
    """This data set's model shown the other, and the other's model shown this; none of itself."""
    new, other_name = LabelledImages.load(other / "test.npz"), Classes.load(other / "classes.json")
    if other_name.dataset == name:
        return []
    if new.image_shape != images.image_shape:
        raise InputError(
            f"claims/anomaly/params.yaml:others: images of {other_name.dataset} are {_size(new)}, "
            f"those of {name} {_size(images)}; give data sets of one size"
        )
    known, strange = (_scores(model, data, samples, seed) for data in (images, new))
    there = other.with_name(f"{other.name}.safetensors")
    at_home, away = (_scores(there, data, samples, seed) for data in (new, images))
    return [
        OtherData(name, other_name.dataset, auroc_between(known, strange)),
        OtherData(other_name.dataset, name, auroc_between(at_home, away)),
    ]


def _scores(model_file: Path, images: LabelledImages, samples: int, seed: int) -> Scores:
    model: VAE = checkpoint.load(model_file, device())
    x = model.observe(from_dlpack(images.x).to(device()), seed)
    bounds = importance(model, x, None, samples, seed, "bfloat16")
    return scores(bounds.reconstruction.numpy(), bounds.kl.numpy(), entropy(x).cpu().numpy())


def _size(images: LabelledImages) -> str:
    return "×".join(map(str, images.image_shape))


if __name__ == "__main__":
    run(main)
