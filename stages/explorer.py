"""Write the page that explores a latent plane."""

from pathlib import Path

from pages.explorer.contents import contents
from pages.render import render
from pipeline.files import atomic_write
from pipeline.params import Evaluate, Explorer, Frame
from pipeline.run import run
from vae.archives import Dataset
from vae.codes import Codes
from vae.model import checkpoint


def main(
    source: Path,
    shared_css: Path,
    dataset: Path,
    model_file: Path,
    latents: Path,
    page: Path,
    *,
    explorer: Explorer,
    frame: Frame,
    evaluate: Evaluate,
) -> None:
    """`source` is the page's folder of template, style and scripts."""
    values = contents(
        Dataset.load(dataset),
        checkpoint.load(model_file),
        Codes.load(latents),
        images=explorer.images,
        limit=frame.limit,
        grid=explorer.grid,
        active_variance=evaluate.active_variance,
    )
    with atomic_write(page) as file:
        text = render(source, shared_css, model=model_file.stem, **values)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main)
