"""Draw the codes of three latent axes as a cloud: from three sides, and turning."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from figures import classes as few
from figures import cloud as figures
from figures.animation import gif_of_colours
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Positive, Section, Style
from pipeline.run import run
from vae.codes import Codes
from vae.files.dataset import Classes


class Cloud(Section):
    """How the cloud turns."""

    images: Positive
    frames: Annotated[int, Field(ge=2)]
    milliseconds: Annotated[int, Field(ge=20)]
    tilt: Annotated[float, Field(ge=-90, le=90)]


def main(
    settings: Cloud,
    latents: Path,
    classes: Path,
    animation: Path,
    figure: Path,
    *,
    frame: Frame,
    style: Style,
) -> None:
    """The still shows all codes, the GIF some of them, evenly chosen."""
    codes = Codes.load(latents)
    known = Classes.load(classes, codes.label)
    names = few.some_named(known.names, codes.label, style.classes)
    look: dict[str, Any] = {
        "class_names": names,
        "limit": frame.latent_limit,
        "title": f"Codes of three axes: {latents.stem} on {known.dataset}",
        "dpi": style.dpi,
    }
    some = np.linspace(0, len(codes.mean) - 1, min(settings.images, len(codes.mean))).astype(int)
    turn = figures.frames(
        codes.mean[some], codes.label[some], count=settings.frames, tilt=settings.tilt, **look
    )
    moving = gif_of_colours(
        turn, figures.colours(len(known.names)), milliseconds=settings.milliseconds
    )
    with atomic_write(animation) as file:
        file.write_bytes(moving)
    drawn = figures.draw(codes.mean, codes.label, **look)
    with atomic_write(figure) as file:
        save(
            drawn, file, figures.caption(codes.mean, limit=frame.latent_limit) + few.sentence(names)
        )


if __name__ == "__main__":
    run(main)
