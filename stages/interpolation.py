"""Walk between test images of chosen classes: endless GIFs, film strips, paths on the map."""

from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from figures import interpolation as figures
from figures.animation import gif
from figures.png import save
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Frame, Interpolation, Style
from pipeline.progress import progress
from pipeline.run import run
from vae import latent
from vae.archives import Dataset
from vae.classifier import Classifier, probabilities
from vae.codes import Codes
from vae.dataset import require_classes
from vae.model import checkpoint, decode_mean


def main(
    dataset: Path,
    model_file: Path,
    classifier_file: Path,
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
    data, codes = Dataset.load(dataset), Codes.load(latents)
    model = checkpoint.load(model_file, device())
    reader = checkpoint.load_kind(Classifier, classifier_file, device())
    groups = _groups(interpolation, codes)

    def decode(
        stops: Float[ndarray, "stops latent"], classes: tuple[int, ...], steps: int, *, loop: bool
    ) -> Float[ndarray, "steps *image"]:
        """Decoder means on the way; a conditional model's class moves as its code does."""
        places = np.concatenate([stops, np.eye(data.classes)[list(classes)]], axis=1)
        places = latent.walk(places, steps)
        if loop:
            places = latent.endless(places)
        z, weights = np.split(places, [model.latent_dim], axis=1)
        return decode_mean(model, z, weights if model.conditional else None)

    walks: list[list[figures.Walk]] = []
    with atomic_write(animations) as folder:
        folder.mkdir()
        for group in groups:
            walks.append([])
            for classes in progress(group, f"{model_file.stem}: walks"):
                members = (np.flatnonzero(codes.label == label) for label in classes)
                stops = codes.mean[[latent.medoid(codes.mean, among) for among in members]]
                frames = (len(classes) - 1) * (interpolation.frames - 1) + 1
                moving = gif(
                    decode(stops, classes, frames, loop=True),
                    pixels=interpolation.pixels,
                    milliseconds=interpolation.milliseconds,
                )
                (folder / f"{'to'.join(map(str, classes))}.gif").write_bytes(moving)
                strip = decode(stops, classes, interpolation.strip, loop=False)
                walks[-1].append(figures.Walk(stops, classes, strip))
        chosen = (folder / f"{'to'.join(map(str, groups[-1][0]))}.gif").read_bytes()
    with atomic_write(animation) as file:
        file.write_bytes(chosen)

    pictures = np.concatenate([walk.mean for group in walks for walk in group])
    read = probabilities(reader, pictures).argmax(axis=1)
    drawn = figures.draw(
        walks,
        read,
        codes.mean,
        codes.label,
        class_names=data.class_names,
        limit=frame.limit,
        title=f"Walks through the latent space: {model_file.stem} on {data.name}",
        dpi=style.dpi,
    )
    words = figures.caption(walks, read, data.class_names, conditional=model.conditional)
    with atomic_write(figure) as file:
        save(drawn, file, words)


def _groups(asked: Interpolation, codes: Codes) -> list[list[tuple[int, ...]]]:
    """From each source to every other class; the single pairs; the loops. Empty groups left out."""
    present = set(codes.label.tolist())
    for key in ("pairs", "loops"):
        for classes in getattr(asked, key):
            require_classes(classes, present, f"interpolation.{key}: {classes}")
    require_classes(asked.sources, present, f"interpolation.sources: {asked.sources}")
    groups: list[list[tuple[int, ...]]]
    groups = [[(source, c) for c in sorted(present - {source})] for source in asked.sources]
    groups.append([tuple(pair) for pair in asked.pairs])
    groups.append([tuple(loop) for loop in asked.loops])
    return [group for group in groups if group]


if __name__ == "__main__":
    run(main)
