"""Write the page that explores a latent space: a plane, or more axes on their t-SNE map."""

from pathlib import Path

from pages.explorer.contents import contents
from pages.render import render
from pipeline.files import atomic_write
from pipeline.params import Evaluate, Explorer, Frame
from pipeline.run import run
from vae.codes import Codes
from vae.embedding import Maps
from vae.files import records, weights
from vae.files.dataset import Classes, LabelledImages


def main(
    source: Path,
    shared_css: Path,
    test: Path,
    classes: Path,
    model_file: Path,
    latents: Path,
    page: Path,
    maps: Path | None = None,
    *,
    explorer: Explorer,
    frame: Frame,
    evaluate: Evaluate,
) -> None:
    """`source` is the page's folder of template, style and scripts; `maps` are of `embed`."""
    images = LabelledImages.load(test)
    values = contents(
        images.x,
        Classes.load(classes, images.y),
        weights.read(model_file),
        Codes.load(latents, images),
        images=explorer.images,
        megabytes=explorer.megabytes,
        limit=frame.latent_limit,
        grid=explorer.grid,
        active_variance=evaluate.active_variance,
        places=records.load(Maps, maps).tsne if maps else None,
    )
    with atomic_write(page) as file:
        text = render(source, shared_css, model=model_file.stem, **values)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main)
