"""Training on more images than memory should hold: its memory, and its speed beside memory's.

    python -m benchmarks.streaming data/dataset/train.npz [millions of images]

The images are those of the file, again and again, each time moved by other pixels. Two processes
train on the few and on the many, and say how much memory of their own they took at most, without
the pages of files that the system keeps while there is room. A third trains on the many twice in
turn, from the file and from a copy in memory.
"""

import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch.utils.dlpack import from_dlpack

from pipeline import loading
from pipeline.run import PARAMS
from vae.files.dataset import LabelledImages
from vae.files.scratch import on_disk
from vae.model import VAE
from vae.training import fit

Measure = TypeVar("Measure")

_MODEL = "vae"
_EVERY = 0.01  # seconds between two looks at the memory
_TURNS = 2


def main(source: Path, millions: float = 2.0) -> None:
    """Print a line for each measure."""
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder, "many.npz")
        _repeat(LabelledImages.load(source), round(1e6 * millions)).save(many)
        few, most = (_apart(_peak, path) for path in (source, many))
        print(f"peak of memory: {few:.0f} MiB for {source}, {most - few:+.0f} MiB for {many.name}")
        mapped, held = _apart(_rates, many)
        print(f"images a second of processor time: {mapped:.0f} from the file, {held:.0f} from")
        print(f"memory: {mapped / held:.3f} of that")


def _repeat(images: LabelledImages, n: int) -> LabelledImages:
    """N images: those given, and then copies of them that are shifted."""
    x, y = images
    rounds = -(-n // len(x))
    parts = (np.roll(x, divmod(k, 7), axis=(1, 2))[: n - k * len(x)] for k in range(rounds))
    return LabelledImages(on_disk(parts, (n, *images.image_shape)), np.resize(y, n))


def _apart(measure: Callable[[Path], Measure], path: Path) -> Measure:
    """What a function says of a file in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (path,))


def _peak(path: Path) -> float:
    """MiB of a process's own memory that it had at most while it trained for an epoch."""
    with _watched() as seen:
        _train(LabelledImages.load(path))
    return max(seen)


def _rates(path: Path) -> list[float]:
    """Images a second of processor time, from the file and from memory, the best of all turns."""
    mapped = LabelledImages.load(path)
    held = mapped._replace(x=mapped.x.copy())
    times = [[_train(images) for images in (mapped, held)] for _ in range(_TURNS)]
    return [len(mapped.y) / min(of_one) for of_one in zip(*times, strict=True)]


def _train(images: LabelledImages) -> float:
    """Seconds of processor time of an epoch."""
    params = loading.read(PARAMS)
    torch.manual_seed(0)
    model = VAE(images.image_shape, **params.models[_MODEL].architecture)
    settings = params.training.model_dump() | {"validation": 1000}
    start = time.process_time()
    fit(model, from_dlpack(images.x), torch.from_numpy(images.y), epochs=1, **settings)
    return time.process_time() - start


@contextmanager
def _watched() -> Iterator[list[float]]:
    """The memory of this process that no file stands for, in MiB, from time to time."""
    seen: list[float] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(_EVERY):
            status = Path("/proc/self/status").read_text(encoding="utf-8")
            seen.append(int(status.split("RssAnon:")[1].split()[0]) / 1024)

    watch = threading.Thread(target=look)
    watch.start()
    try:
        yield seen
    finally:
        over.set()
        watch.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(float, sys.argv[2:]))
