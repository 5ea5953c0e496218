"""Images with labels, and the names of their classes: what a stage reads of a data set.

Training and test images lie in files of their own, the names of the classes in a third, so that
a stage reads what it uses and no more.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, SupportsInt

from jaxtyping import Int64, UInt8
from numpy import ndarray

from vae.files import records
from vae.files.errors import InputError


class LabelledImages(NamedTuple):
    """N images with their classes."""

    x: UInt8[ndarray, "n *image"]
    """Grey levels or colours, N×H×W or N×H×W×C."""
    y: Int64[ndarray, " n"]
    """Labels, 0 to the number of classes − 1."""

    @property
    def image_shape(self) -> tuple[int, ...]:
        """H×W or H×W×C."""
        return self.x.shape[1:]

    def save(self, path: Path) -> None:
        """Write an .npz; see `vae.files.records.save`."""
        records.save(self, path)

    @classmethod
    def load(cls, path: Path) -> "LabelledImages":
        """Read what `save` wrote; see `vae.files.records.load` for what it raises."""
        return records.load(cls, path)


class Classes(NamedTuple):
    """The classes of a data set, in the order of their labels."""

    dataset: str
    """The data set's name."""
    names: tuple[str, ...]

    def save(self, path: Path) -> None:
        """Write JSON."""
        text = json.dumps({"dataset": self.dataset, "classes": self.names}, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path, labels: Iterable[SupportsInt] = ()) -> "Classes":
        """Read what `save` wrote: the classes of a data set with these labels, as far as known.

        Raises:
            InputError: the file is damaged, holds something else, or names fewer classes.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            dataset, names = content["dataset"], content["classes"]
            texts = isinstance(names, list) and [dataset, *names]
            if not names or not texts or not all(isinstance(text, str) for text in texts):
                raise ValueError("it must name a data set and its classes")
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            reason = f"it holds no {error}" if isinstance(error, KeyError) else error
            raise InputError(
                f"{path} is not a whole file of classes: {reason}; remove it and make it again"
            ) from None
        largest = max(map(int, labels), default=0)
        if largest >= len(names):
            raise InputError(
                f"{path} names {len(names)} classes, and there is a class {largest} beside it: "
                "they are of different data; make both again"
            )
        return cls(dataset, tuple(names))
