"""Draw the film that the stage `develop` made: some moments as a figure, all of them as a GIF."""

from pathlib import Path
from typing import Any

from figures import classes as few
from figures import film as figures
from figures.animation import gif_of_colours
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Film, Frame, Style
from pipeline.run import run
from vae import film as films
from vae.files import records
from vae.files.dataset import Classes


def main(
    developed: Path,
    classes: Path,
    animation: Path,
    figure: Path,
    *,
    film: Film,
    frame: Frame,
    style: Style,
) -> None:
    """Both carry the same title; the caption lies in the PNG."""
    shown = records.load(films.Film, developed)
    known = Classes.load(classes, [*shown.label, *shown.columns])
    names = few.some_named(known.names, shown.label, style.classes, shown.columns.tolist())
    look: dict[str, Any] = {
        "class_names": names,
        "limit": frame.latent_limit,
        "title": f"A training as a film: {developed.stem} on {known.dataset}",
        "dpi": style.dpi,
    }
    moving = figures.frames(shown, **look)
    with atomic_write(animation) as file:
        grey = shown.pictures.ndim == 5
        colours = figures.colours(len(known.names)) if grey else None
        file.write_bytes(gif_of_colours(moving, colours, milliseconds=film.milliseconds))
    drawn, caption = figures.draw(shown, **look), figures.caption(shown, limit=frame.latent_limit)
    with atomic_write(figure) as file:
        save(drawn, file, caption + few.sentence(names))


if __name__ == "__main__":
    run(main)
