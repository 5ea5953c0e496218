"""Is the class decoupled from z in a conditional model?"""

from pathlib import Path

import numpy as np

from claims.decoupling import figure as figures
from claims.decoupling.measure import (
    class_divergence,
    class_gaussians,
    probe_accuracy,
    read_as_asked,
)
from figures.png import save
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Claims, Frame, Style
from pipeline.run import run
from vae import latent
from vae.archives import Dataset
from vae.classifier import Classifier, probabilities
from vae.codes import Codes
from vae.dataset import require_several_classes
from vae.metrics import write_metrics
from vae.model import checkpoint, decode_mean


def main(
    dataset: Path,
    classifier_file: Path,
    free: Path,
    conditional: Path,
    model_file: Path,
    metrics: Path,
    figure: Path,
    *,
    seed: int,
    claims: Claims,
    frame: Frame,
    style: Style,
) -> None:
    """Codes of an unconditional and of a conditional model, and images made by the latter."""
    data = Dataset.load(dataset)
    require_several_classes(data.y_test, "decoupling")
    codes = {file.stem: Codes.load(file) for file in (free, conditional)}
    model = checkpoint.load(model_file, device())
    reader = checkpoint.load_kind(Classifier, classifier_file, device())
    asked = np.arange(data.classes).repeat(claims.decoupling.images)
    images = decode_mean(model, latent.prior_samples(len(asked), model.latent_dim, seed), asked)
    confusion = read_as_asked(probabilities(reader, images), asked, data.classes)

    probes = {name: probe_accuracy(c.mean, c.label, seed) for name, c in codes.items()}
    planes = {name: c for name, c in codes.items() if c.latent_dim == 2}
    divergences = {name: class_divergence(c, data.classes) for name, c in planes.items()}
    drawn = figures.draw(
        probes,
        {name: class_gaussians(c, data.classes) for name, c in planes.items()},
        divergences,
        confusion,
        class_names=data.class_names,
        limit=frame.limit,
        title=f"Is the class decoupled from z? {data.name}",
        dpi=style.dpi,
    )
    words = figures.caption(
        probes, divergences, confusion, free=free.stem, conditional=conditional.stem
    )
    with atomic_write(figure) as file:
        save(drawn, file, words)
    numbers = {
        name: probe._asdict()
        | ({"divergence": float(np.nanmean(divergences[name]))} if name in planes else {})
        for name, probe in probes.items()
    }
    numbers[conditional.stem]["read_as_asked"] = float(np.nanmean(np.diag(confusion)))
    with atomic_write(metrics) as file:
        write_metrics(file, {"decoupling": numbers})


if __name__ == "__main__":
    run(main)
