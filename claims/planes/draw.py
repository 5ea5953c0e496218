"""What do the weight of the KL and other objectives do to a latent plane?"""

import json
from pathlib import Path

from claims.planes import figure as figures
from figures.png import save
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Claims, Frame, Manifold, Style
from pipeline.run import run
from vae import latent
from vae.archives import Dataset
from vae.codes import Codes
from vae.errors import InputError
from vae.model import checkpoint, decode_mean


def main(
    dataset: Path,
    folder: Path,
    metrics: Path,
    exact: Path,
    figure: Path,
    *names: str,
    claims: Claims,
    manifold: Manifold,
    frame: Frame,
    style: Style,
) -> None:
    """The named models side by side; `folder` and `metrics` hold what was made of each.

    `exact` holds log p(x) of some of them. Models that differ in β alone are a ladder, and told as
    one; others are told by their names.
    """
    data = Dataset.load(dataset)
    z = latent.quantile_grid(manifold.page_n)
    measured = {name: json.loads((metrics / f"{name}.json").read_text())[name] for name in names}
    known = json.loads(exact.read_text())["exact"]
    settings = [claims.models[name] for name in names]
    if len({repr(model.model_copy(update={"objective": None})) for model in settings}) > 1:
        raise InputError(f"{', '.join(names)}: give models that differ in their objective alone")
    runs = [
        figures.Run(
            name,
            claims.models[name].objective,
            decode_mean(checkpoint.load(folder / f"{name}.safetensors", device()), z),
            Codes.load(folder / f"{name}.npz").mean,
            numbers["reconstruction"],
            numbers["kl"],
            known.get(name, {}).get("log_likelihood"),
        )
        for name, numbers in measured.items()
    ]
    drawn = figures.draw(
        runs,
        data.y_test,
        class_names=data.class_names,
        limit=frame.limit,
        title=f"What {figures.cause(runs)} does to a latent plane: {data.name}",
        dpi=style.dpi,
    )
    with atomic_write(figure) as file:
        save(drawn, file, figures.caption(runs, limit=frame.limit))


if __name__ == "__main__":
    run(main)
