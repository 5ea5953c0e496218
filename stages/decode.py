"""Decode all that the figures show of a model, in one go: the only stage of theirs with a network.

Each figure's pictures are a file of their own, so a figure is drawn anew only if its own changed.
"""

from functools import partial
from pathlib import Path

import numpy as np
import torch

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import (
    Conditional,
    Evaluate,
    Interpolation,
    Manifold,
    ModelNames,
    Reconstructions,
    Samples,
    Slices,
    Style,
    Traversal,
    Tsne,
)
from pipeline.require import require_classes
from pipeline.run import run
from vae import embedding, latent, pictures, walks
from vae.classifier import Classifier, probabilities
from vae.codes import Codes, most_frequent
from vae.files import records
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError
from vae.model import VAE, checkpoint, decode_arrays, decode_mean


def main(
    test: Path,
    classes: Path,
    model_file: Path,
    latents: Path,
    classifier_file: Path,
    folder: Path,
    only: str = "",
    *,
    seed: int,
    figures: dict[str, ModelNames],
    reconstructions: Reconstructions,
    samples: Samples,
    manifold: Manifold,
    interpolation: Interpolation,
    tsne: Tsne,
    traversal: Traversal,
    evaluate: Evaluate,
    conditional: Conditional,
    slices: Slices,
    style: Style,
) -> None:
    """Write <figure>.npz into `folder` for each figure that is asked of this model.

    Asked are those whose list in `figures` has the model or, if one is named, `only` that one.
    """
    asked = (
        [only]
        if only
        else [figure for figure, models in figures.items() if model_file.stem in models]
    )
    data = LabelledImages.load(test)
    codes, count = Codes.load(latents, data), len(Classes.load(classes, data.y).names)
    model = checkpoint.load(model_file, device())
    decode = partial(decode_mean, model)
    label = most_frequent(codes.label, style.classes)

    def of_manifold() -> pictures.Manifold:
        if model.conditional:
            grids = pictures.class_manifolds(decode, label, manifold.page_n).mean
            inside = latent.share_inside(codes.mean, manifold.page_n)
            return pictures.Manifold(grids, inside, label)
        return pictures.manifold(decode, codes, manifold.n)

    def of_reconstructions() -> pictures.Reconstructions:
        return pictures.reconstructions(
            decode,
            data,
            codes,
            label,
            reconstructions.per_class,
            conditional=model.conditional,
        )

    def of_samples() -> pictures.Samples:
        z = latent.prior_samples(samples.rows**2, model.latent_dim, seed)
        if model.latent_dim == 2:
            return _samples(model, z, z, count, seed)
        places, _ = embedding.tsne(
            z,
            perplexity=tsne.perplexity,
            iterations=tsne.iterations,
            angle=tsne.angle,
            seed=seed,
        )
        return _samples(model, z, places, count, seed)

    def of_traversal() -> pictures.Traversal:
        steps, limit, variance = traversal.steps, traversal.limit, evaluate.active_variance
        classes = label if model.conditional else None
        return pictures.traversal(decode, codes, steps, limit, variance, classes)

    def of_interpolation() -> pictures.Walks:
        classifier = checkpoint.load_kind(Classifier, classifier_file, device())
        sources, pairs, loops = interpolation.sources, interpolation.pairs, interpolation.loops
        for pair in pairs:
            require_classes(pair, codes.label, f"interpolation.pairs: {pair}")
        groups = walks.groups(sources, pairs, loops, label)
        if not groups:
            raise InputError(
                "interpolation: there is no walk; give sources, pairs or loops of classes that the "
                f"test images have, or take {model_file.stem} out of figures.interpolation"
            )
        return walks.walks(
            decode,
            lambda images: probabilities(classifier, images).argmax(axis=1),
            codes,
            groups,
            classes=model.classes,
            steps=interpolation.strip,
            frames=interpolation.frames,
        )

    def of_conditional() -> pictures.Conditional:
        z = latent.prior_samples(conditional.rows, model.latent_dim, seed)
        return pictures.conditional(decode, z, label)

    def of_class_manifolds() -> pictures.ClassManifolds:
        return pictures.class_manifolds(decode, label, manifold.n)

    def of_slices() -> pictures.Slices:
        return pictures.slices(decode, manifold.page_n, slices.count)

    makers = {
        "manifold": of_manifold,
        "reconstructions": of_reconstructions,
        "samples": of_samples,
        "traversal": of_traversal,
        "interpolation": of_interpolation,
        "conditional": of_conditional,
        "class_manifolds": of_class_manifolds,
        "slices": of_slices,
    }
    with atomic_write(folder) as files:
        files.mkdir()
        for figure in [figure for figure in makers if figure in asked]:
            records.save(makers[figure](), files / f"{figure}.npz")


def _samples(
    model: VAE, z: np.ndarray, places: np.ndarray, classes: int, seed: int
) -> pictures.Samples:
    """Codes from the prior decoded and, for a conditional model, as classes at random."""
    y = np.random.default_rng(seed).integers(classes, size=len(z)) if model.conditional else None
    p = decode_arrays(model, z, y)
    torch.manual_seed(seed)
    mean, drawn = p.mean.cpu().numpy(), p.sample().cpu().numpy()
    return pictures.Samples(mean, drawn, places, model.latent_dim == 2, model.conditional)


if __name__ == "__main__":
    run(main)
