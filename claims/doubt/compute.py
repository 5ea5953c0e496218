"""Does the encoder doubt the images that an independent classifier doubts?"""

from pathlib import Path

from claims.doubt import figure as figures
from claims.doubt.measure import compare_doubts
from figures.png import save
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Claims, Style
from pipeline.run import run
from vae.archives import Dataset
from vae.classifier import Classifier, probabilities
from vae.codes import Codes
from vae.dataset import require_classes
from vae.metrics import write_metrics
from vae.model import checkpoint


def main(
    dataset: Path,
    classifier_file: Path,
    latents: Path,
    metrics: Path,
    figure: Path,
    *,
    seed: int,
    claims: Claims,
    style: Style,
) -> None:
    """Rank correlations of σ with the classifier's entropy, and what lies at both ends of σ."""
    data, codes, settings = Dataset.load(dataset), Codes.load(latents), claims.doubt
    require_classes([settings.example], data.y_test, "claims.doubt.example")
    reader = checkpoint.load_kind(Classifier, classifier_file, device())
    found = probabilities(reader, data.x_test)
    doubts = compare_doubts(
        codes, found, parts=settings.parts, resamples=settings.resamples, seed=seed
    )
    drawn = figures.draw(
        data.x_test,
        codes,
        found,
        doubts,
        class_names=data.class_names,
        example=settings.example,
        strip=settings.strip,
        title=f"Two kinds of doubt: {latents.stem} on {data.name}",
        dpi=style.dpi,
    )
    words = figures.caption(doubts, class_names=data.class_names, example=settings.example)
    with atomic_write(figure) as file:
        save(drawn, file, words)
    within = dict(zip(data.class_names, (c.rho for c in doubts.within), strict=True))
    numbers = {"overall": doubts.overall.rho, "within": within}
    with atomic_write(metrics) as file:
        write_metrics(file, {"doubt": {latents.stem: numbers}})


if __name__ == "__main__":
    run(main)
