"""Walks through a latent space between test images of chosen classes."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from vae import latent
from vae.codes import Codes
from vae.pictures import Classify, Decode, Walk, Walks

_CANDIDATES = 50


def groups(
    sources: Sequence[int],
    pairs: Sequence[Sequence[int]],
    loops: Sequence[Sequence[int]],
    label: Int[ndarray, " n"],
) -> list[list[tuple[int, ...]]]:
    """Classes of the stops: from each source to every other class; the pairs; the loops.

    Sources and loops with a class of which there is no image are left out, and so are empty groups.
    If that leaves nothing of what is asked: from the first class to every other or, where there is
    no other, a walk within it.
    """
    present = sorted(set(label.tolist()))
    found: list[list[tuple[int, ...]]] = [
        [(source, c) for c in present if c != source] for source in sources if source in present
    ]
    whole = [tuple(loop) for loop in loops if set(loop) <= set(present)]
    found = [group for group in (*found, [tuple(pair) for pair in pairs], whole) if group]
    if found or not (sources or pairs or loops):
        return found
    first, *others = present
    return [[(first, other) for other in others] or [(first, first)]]


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
    """Every walk of `groups`, between typical images of its classes.

    A leg within a class ends at another image of it.

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
        within = [label == before for before, label in pairwise((None, *through))]
        images = [
            _apart(codes, label, ends[label]) if same else ends[label]
            for label, same in zip(through, within, strict=True)
        ]
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


def _apart(codes: Codes, label: int, image: int) -> int:
    """The index of the image of a class whose code is farthest from that of a given one.

    It is one of the more typical half of the class.
    """
    members = np.flatnonzero(codes.label == label)
    near = members[latent.by_distance(codes.mean[members])][: 1 + len(members) // 2]
    distances = np.linalg.norm(codes.mean[near] - codes.mean[image], axis=1)
    return int(near[distances.argmax()])


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
