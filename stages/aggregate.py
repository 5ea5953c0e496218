"""How far is the mixture of all posteriors from the prior?"""

from pathlib import Path

from vae.aggregate import cover, distance_by_axis, histogram, surgery
from vae.codes import Codes
from vae.datasets import Dataset
from vae.figures import aggregate as figures
from vae.figures.base import save
from vae.latent import prior_samples
from vae.params import Claims, Style
from vae.stage import fresh, record, run


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
    with fresh(figure) as temporary:
        save(drawn, temporary, figures.caption(misfits))
    record(metrics, {"aggregate": numbers})


if __name__ == "__main__":
    run(main)
