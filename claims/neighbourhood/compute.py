"""Whose codes lie around those of each class?"""

from pathlib import Path

from claims.neighbourhood import figure as figures
from claims.neighbourhood.measure import neighbourhood
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Claims, Style
from pipeline.run import run
from vae.archives import Dataset
from vae.codes import Codes
from vae.dataset import require_classes, require_several_classes
from vae.metrics import write_metrics


def main(
    dataset: Path, metrics: Path, figure: Path, *latents: Path, claims: Claims, style: Style
) -> None:
    """A table of shares for each file of codes."""
    data, settings = Dataset.load(dataset), claims.neighbourhood
    require_several_classes(data.y_test, "neighbourhood")
    require_classes([settings.example], data.y_test, "claims.neighbourhood.example")
    shares = {}
    for file in latents:
        codes = Codes.load(file)
        shares[file.stem] = neighbourhood(codes.mean, codes.label, data.classes, settings.k)
    names = data.class_names
    drawn = figures.draw(
        shares, class_names=names, title=f"Neighbours in latent space: {data.name}", dpi=style.dpi
    )
    words = figures.caption(shares, class_names=names, example=settings.example, k=settings.k)
    with atomic_write(figure) as temporary:
        save(drawn, temporary, words)
    numbers = {
        model: {
            a: {b: float(share) for b, share in zip(names, row, strict=True) if b != a}
            for a, row in zip(names, rows, strict=True)
        }
        for model, rows in shares.items()
    }
    with atomic_write(metrics) as file:
        write_metrics(file, {"neighbourhood": numbers})


if __name__ == "__main__":
    run(main)
