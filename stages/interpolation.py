"""Draw walks between test images: endless GIFs, film strips, paths on the map."""

from pathlib import Path

import numpy as np

from figures import classes as few
from figures import interpolation as figures
from figures.animation import gif
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Interpolation, Style
from pipeline.run import run
from vae.codes import Codes
from vae.files import records
from vae.files.dataset import Classes
from vae.pictures import Walks


def main(
    decoded: Path,
    classes: Path,
    latents: Path,
    animations: Path,
    animation: Path,
    figure: Path,
    *,
    interpolation: Interpolation,
    frame: Frame,
    style: Style,
) -> None:
    """`animations` holds every walk's GIF, `animation` is the first loop, `figure` the strips."""
    shown, codes = records.load(Walks, decoded), Codes.load(latents)
    known = Classes.load(classes, codes.label)
    walked = [walk for group in shown.groups for walk in group]
    met = np.concatenate([[*walk.classes, *walk.seen] for walk in walked]).tolist()
    names = few.some_named(known.names, codes.label, style.classes, met)
    pixels, milliseconds = interpolation.pixels, interpolation.milliseconds
    moving = {
        walk.name: gif(walk.frames, pixels=pixels, milliseconds=milliseconds) for walk in walked
    }
    drawn = figures.draw(
        shown.groups,
        codes.mean,
        codes.label,
        class_names=names,
        limit=frame.latent_limit,
        title=f"Walks through the latent space: {latents.stem} on {known.dataset}",
        dpi=style.dpi,
    )
    caption = figures.caption(shown.groups, known.names, conditional=shown.conditional)
    with atomic_write(animations) as folder:
        folder.mkdir()
        for name, content in moving.items():
            (folder / f"{name}.gif").write_bytes(content)
    with atomic_write(animation) as file:
        file.write_bytes(moving[shown.groups[-1][0].name])
    with atomic_write(figure) as file:
        save(drawn, file, caption + few.sentence(names))


if __name__ == "__main__":
    run(main)
