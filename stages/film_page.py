"""Write the page on which one scrubs through the film that the stage `develop` made."""

from pathlib import Path

from pages.film.contents import contents
from pages.render import render
from pipeline.files import atomic_write
from pipeline.params import Frame
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes
from vae.film import Film


def main(
    source: Path, shared_css: Path, developed: Path, classes: Path, page: Path, *, frame: Frame
) -> None:
    """`source` is the page's folder of template, style and scripts."""
    film = records.load(Film, developed)
    known = Classes.load(classes, [*film.label, *film.columns])
    title = f"The training of {developed.stem} on {known.dataset}, as a film"
    values = contents(film, known, title=title, limit=frame.latent_limit)
    with atomic_write(page) as file:
        text = render(source, shared_css, **values)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main)
