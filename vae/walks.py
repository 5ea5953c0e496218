"""Walks through a latent space between test images of chosen classes."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from vae import latent
from vae.codes import Codes
from vae.pictures import Classify, Decode, Walk, Walks

_CANDIDATES = 50
_FAR = 0.9
"""The share of a class's images that are no farther from the first end of a walk within it."""


def groups(
    sources: Sequence[int],
    pairs: Sequence[Sequence[int]],
    loops: Sequence[Sequence[int]],
    label: Int[ndarray, " n"],
) -> list[list[tuple[int, ...]]]:
    """Classes of the stops: from each source to every other class; the pairs; the loops.

    Sources and loops of classes without an image are passed over; if that leaves none of what was
    asked, it is from the first class to every other or, of a single class, within it.
    """
    present = sorted(set(label.tolist()))
    found: list[list[tuple[int, ...]]]
    found = [
        [(source, c) for c in present if c != source] for source in sources if source in present
    ]
    found += [[tuple(pair) for pair in pairs]]
    found += [[tuple(loop) for loop in loops if set(loop) <= set(present)]]
    found = [group for group in found if group]
    if not found and (sources or loops):
        first, *others = present
        found = [[(first, other) for other in others or [first]]]
    return found


def walks(
    decode: Decode,
    classify: Classify,
    codes: Codes,
    asked: Sequence[Sequence[tuple[int, ...]]],
    *,
    classes: int,
    steps: int,
    frames: int,
) -> Walks:
    """Every walk of `groups`.

    Args:
        decode: a conditional model's class moves as its code does, by weights.
        classify: see `vae.pictures.Classify`.
        codes: of the test set.
        asked: the walks, in groups.
        classes: that the decoder takes; 0 for an unconditional model.
        steps: pictures of each walk's strip.
        frames: of each leg of the moving walk.
    """
    labels = {label for group in asked for walk in group for label in walk}
    ends = {label: typical(decode, classify, codes, label, classes) for label in labels}

    def walk(through: tuple[int, ...]) -> Walk:
        images = [ends[label] for label in through]
        if len(set(through)) == 1:
            images[-1] = another(codes, images[0])
        stops = codes.mean[images]
        strip = _along(decode, stops, through, classes, steps, loop=False)
        moving = (len(through) - 1) * (frames - 1) + 1
        return Walk(
            stops,
            np.array(through),
            strip,
            classify(strip),
            _along(decode, stops, through, classes, moving, loop=True),
        )

    return Walks([[walk(through) for through in group] for group in asked], classes > 0)


def typical(decode: Decode, classify: Classify, codes: Codes, label: int, classes: int) -> int:
    """The index of a typical image of a class.

    It is the one whose code is nearest to the mean code of its class, among those whose
    reconstruction a classifier sees as that class; if there is none near by, the nearest of all.
    Arguments as for `walks`.
    """
    members = np.flatnonzero(codes.label == label)
    near = members[latent.by_distance(codes.mean[members])][:_CANDIDATES]
    pictures = decode(codes.mean[near], codes.label[near] if classes else None)
    right = classify(pictures) == label
    return int(near[right.argmax()])  # the first if none is right


def another(codes: Codes, one: int) -> int:
    """The index of an image of the same class with another code: far, but not of the outermost."""
    members = np.flatnonzero(codes.label == codes.label[one])
    distances = np.linalg.norm(codes.mean[members] - codes.mean[one], axis=1)
    return int(members[distances.argsort(kind="stable")[int(_FAR * (len(members) - 1))]])


def _along(
    decode: Decode,
    stops: Float[ndarray, "stops latent"],
    through: tuple[int, ...],
    classes: int,
    steps: int,
    *,
    loop: bool,
) -> Float[ndarray, "steps *image"]:
    """Decoder means on straight legs through the stops."""
    weights = np.eye(max(1, classes))[list(through) if classes else [0] * len(through)]
    places = latent.walk(np.concatenate([stops, weights], axis=1), steps)
    z, y = np.split(latent.endless(places) if loop else places, [stops.shape[1]], axis=1)
    return decode(z, y if classes else None)
