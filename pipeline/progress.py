"""Progress bars on a terminal; silent elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

_BAR: dict[str, Any] = {"disable": None, "leave": False, "dynamic_ncols": True}


def progress(items: Any, what: str) -> Iterator[Any]:
    """`items` with a bar on a terminal; silent elsewhere."""
    yield from tqdm(items, what, **_BAR)


@contextmanager
def download_bar() -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar of bytes, called with each archive's name, new bytes and total; silent elsewhere."""
    with tqdm(unit="B", unit_scale=True, **_BAR) as bar:
        shown = ""

        def advance(name: str, new: int, total: int | None) -> None:
            nonlocal shown
            if shown != name:
                shown = name
                bar.reset(total)
                bar.set_description(name)
            bar.update(new)

        yield advance


@contextmanager
def epoch_bar(name: str, epochs: int) -> Iterator[Callable[[list[dict[str, float]]], None]]:
    """A bar of epochs, called with the history so far; silent elsewhere."""
    with tqdm(total=epochs, desc=f"{name}: training", unit="epoch", **_BAR) as bar:

        def advance(history: list[dict[str, float]]) -> None:
            bar.set_postfix_str(f"validation ELBO {history[-1]['validation_elbo']:.2f}", False)
            bar.update(len(history) - bar.n)

        yield advance
