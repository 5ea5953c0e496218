"""Whose codes lie around those of each class?"""

from pathlib import Path

from vae.codes import Codes
from vae.datasets import Dataset
from vae.figures import neighbourhood as figures
from vae.figures.base import save
from vae.neighbourhood import neighbourhood
from vae.params import Claims, Style
from vae.stage import fresh, record, require_classes, require_several_classes, run


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
    with fresh(figure) as temporary:
        save(drawn, temporary, words)
    numbers = {
        model: {
            a: {b: float(share) for b, share in zip(names, row, strict=True) if b != a}
            for a, row in zip(names, rows, strict=True)
        }
        for model, rows in shares.items()
    }
    record(metrics, {"neighbourhood": numbers})


if __name__ == "__main__":
    run(main)
