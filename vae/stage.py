"""Where command line, parameters and files meet: `run` turns a function into a stage's script.

A stage's `main` takes paths by position and sections of the parameters by keyword:

    def main(latents: Path, figure: Path, *, manifold: Manifold, style: Style) -> None: ...
    run(main)      # python -m stages.manifold data/latents/vae.npz reports/figures/manifold.png
"""

import argparse
import ctypes
import gc
import inspect
import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsInt

from tqdm import tqdm

from vae import params
from vae.errors import InputError

if TYPE_CHECKING:
    import torch

PARAMS = Path("params.yaml"), Path("claims/params.yaml")
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_BAR: dict[str, Any] = {"disable": None, "leave": False, "dynamic_ncols": True}


def run(main: Callable[..., None]) -> None:
    """Read the command line, check the parameters, call `main`, exit.

    Exit status: 0; 1 for bad input or a failed file operation, told in a line; 2 for wrong
    parameters or a wrong command line; 130 when interrupted.
    """
    signature = inspect.signature(main)
    parser = argparse.ArgumentParser(
        prog=f"python -m {inspect.getmodule(main).__spec__.name}",  # type: ignore[union-attr]
        description=inspect.getdoc(main),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sections = []
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY:
            sections.append(name)
        elif parameter.kind is parameter.VAR_POSITIONAL:
            parser.add_argument(name, type=parameter.annotation, nargs="+")
        else:
            optional = parameter.default is not parameter.empty
            parser.add_argument(
                name,
                type=parameter.annotation,
                nargs="?" if optional else None,
                default=parameter.default if optional else None,
            )
    arguments = vars(parser.parse_args())
    paths: list[Any] = []
    for name, value in arguments.items():
        several = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        paths.extend(value if several else [value])
    keep_freed_memory()
    gc.freeze()  # what torch's import has made stays; to collect it at the end would take 0.4 s
    try:
        values = params.read(*PARAMS)
    except (InputError, OSError) as error:
        sys.exit(_tell(parser, error, status=2))
    try:
        main(*paths, **{name: _section(values, name) for name in sections})
    except (InputError, OSError) as error:
        sys.exit(_tell(parser, error, status=1))
    except KeyboardInterrupt:
        sys.exit(_tell(parser, "interrupted; nothing half-written is left", status=130))


def keep_freed_memory() -> None:
    """Let this process use freed memory again, where the C library is glibc.

    By default glibc hands large blocks back to the system and gets them anew, page by page and
    zeroed: half of the time of `stages.evaluate`, whose temporaries are megabytes.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 2**25)  # the most that glibc allows on 64 bits
        mallopt(_M_TRIM_THRESHOLD, 2**30)


def _section(values: params.Params, name: str) -> object:
    return values if name == "params" else getattr(values, name)


def _tell(parser: argparse.ArgumentParser, error: object, status: int) -> int:
    print(f"{parser.prog}: {error}", file=sys.stderr)
    return status


@contextmanager
def fresh(path: Path) -> Iterator[Path]:
    """A temporary name beside `path`, for a file or a folder; renamed to `path` on success.

    On any failure the temporary is removed and `path` stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.partial{path.suffix}")
    _remove(temporary)
    try:
        yield temporary
        if path.is_dir():
            _remove(path)
        temporary.replace(path)
    finally:
        _remove(temporary)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def record(path: Path, numbers: dict[str, Any]) -> None:
    """Write numbers, nested by name, as DVC's metrics: JSON, four decimals, null for NaN."""
    with fresh(path) as file:
        file.write_text(json.dumps(_rounded(numbers), indent=2, ensure_ascii=False) + "\n", "utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


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


def progress(items: Any, what: str) -> Iterator[Any]:
    """`items` with a bar on a terminal; silent elsewhere."""
    yield from tqdm(items, what, **_BAR)


@contextmanager
def download_bar() -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar of bytes, to be told each archive's name, new bytes and total; silent elsewhere."""
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
    """A bar of epochs, to be told the history so far; silent elsewhere."""
    with tqdm(total=epochs, desc=f"{name}: training", unit="epoch", **_BAR) as bar:

        def advance(history: list[dict[str, float]]) -> None:
            bar.set_postfix_str(f"validation ELBO {history[-1]['validation_elbo']:.2f}", False)
            bar.update(len(history) - bar.n)

        yield advance


def device() -> "torch.device":
    """Where networks run: $DEVICE, or the best of CUDA, MPS and CPU.

    An environment variable and no parameter: results agree between devices up to rounding.
    """
    import torch

    name = os.environ.get("DEVICE", "auto")
    if name == "auto":
        found = torch.accelerator.current_accelerator(check_available=True)
        return found or torch.device("cpu")
    try:
        chosen = torch.device(name)
        torch.zeros(1, device=chosen)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0].split(". ")[0]
        raise InputError(f"DEVICE is {name!r}: {reason}; use auto, cpu, cuda or mps") from None
    return chosen
