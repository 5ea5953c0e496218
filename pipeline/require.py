"""What a stage asks of its parameters and inputs once the data is at hand."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import SupportsInt

from vae.files.errors import InputError


def require_classes(classes: Sequence[int], present: Iterable[SupportsInt], where: str) -> None:
    """Stop if a class that a parameter names has no image.

    Args:
        classes: asked for.
        present: labels of the images at hand.
        where: the parameter's path.

    Raises:
        InputError: naming the parameter, the class and what there is.
    """
    known = sorted({int(label) for label in present})
    for label in classes:
        if label not in known:
            raise InputError(
                f"{where}: there is no image of class {label}; there are some of "
                f"{', '.join(map(str, known))}"
            )


def require_several_classes(present: Iterable[SupportsInt], what: str) -> None:
    """Stop if images of one class only are at hand where classes are compared.

    Raises:
        InputError: naming what compares them.
    """
    if len({int(label) for label in present}) < 2:
        raise InputError(f"{what} compares classes, and the test images are all of one")


def require_rows(pictures: int, names: int, path: Path) -> None:
    """Stop if a file holds more or fewer rows of pictures than it has names for.

    Raises:
        InputError: naming the file and both numbers.
    """
    if pictures != names:
        raise InputError(
            f"{path} holds {pictures} rows of pictures and {names} names of them; remove it and "
            "make it again"
        )
