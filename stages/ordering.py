"""What does the weight of the KL do to a latent plane?"""

import json
from pathlib import Path

from vae import checkpoint, latent
from vae.codes import Codes
from vae.datasets import Dataset
from vae.figures import ordering as figures
from vae.figures.base import save
from vae.model import decode_mean
from vae.params import Claims, Frame, Manifold, Style
from vae.stage import device, fresh, run


def main(
    dataset: Path,
    folder: Path,
    metrics: Path,
    figure: Path,
    *names: str,
    claims: Claims,
    manifold: Manifold,
    frame: Frame,
    style: Style,
) -> None:
    """The named models side by side; `folder` and `metrics` hold what was made of each."""
    data = Dataset.load(dataset)
    z, runs = latent.quantile_grid(manifold.page_n), []
    for name in names:
        model = checkpoint.load(folder / f"{name}.safetensors", device())
        codes = Codes.load(folder / f"{name}.npz")
        numbers = json.loads((metrics / f"{name}.json").read_text())[name]
        beta = claims.models[name].objective.beta
        pictures = decode_mean(model, z)
        runs.append(
            figures.Run(beta, pictures, codes.mean, numbers["reconstruction"], numbers["kl"])
        )
    drawn = figures.draw(
        runs,
        codes.label,
        class_names=data.class_names,
        limit=frame.limit,
        title=f"What the KL term does to a latent plane: {data.name}",
        dpi=style.dpi,
    )
    with fresh(figure) as file:
        save(drawn, file, figures.caption(runs, limit=frame.limit))


if __name__ == "__main__":
    run(main)
