"""How far is the mixture of all posteriors from the prior?"""

from pathlib import Path

from claims.aggregate import figure as figures
from claims.aggregate.measure import cover, distance_by_axis, histogram, surgery
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Claims, Style
from pipeline.run import run
from vae.archives import Dataset
from vae.codes import Codes
from vae.latent import prior_samples
from vae.metrics import write_metrics


def main(
    dataset: Path,
    metrics: Path,
    figure: Path,
    *latents: Path,
    seed: int,
    claims: Claims,
    style: Style,
) -> None:
    """The KL term taken apart and, of planes, the unit square, for each file of codes."""
    data, cells = Dataset.load(dataset), claims.aggregate.cells
    misfits, numbers = {}, {}
    for file in latents:
        codes = Codes.load(file)
        plane = codes.latent_dim == 2
        draws = prior_samples(len(codes.label), 2, seed)
        even = histogram(draws, cells)
        misfit = figures.Misfit(
            len(codes.label),
            surgery(codes),
            distance_by_axis(codes.sample),
            cover(histogram(codes.sample, cells)) if plane else None,
            figures.Chance(cover(even), distance_by_axis(draws)) if plane else None,
        )
        misfits[file.stem] = misfit
        numbers[file.stem] = misfit.surgery._asdict()
        if misfit.cover:
            unevenness = ("empty", "sparse", "divergence")
            numbers[file.stem] |= {key: getattr(misfit.cover, key) for key in unevenness}
    drawn = figures.draw(
        misfits, title=f"The aggregate posterior against the prior: {data.name}", dpi=style.dpi
    )
    with atomic_write(figure) as temporary:
        save(drawn, temporary, figures.caption(misfits))
    with atomic_write(metrics) as file:
        write_metrics(file, {"aggregate": numbers})


if __name__ == "__main__":
    run(main)
