"""Where command line and parameters meet: `run` turns a function into a stage's script.

A stage's `main` takes what the command line names by position, sections of params.yaml by keyword:

    def main(latents: Path, figure: Path, *, manifold: Manifold, style: Style) -> None: ...
    run(main)      # python -m stages.manifold data/latents/vae.npz reports/figures/manifold.png

A positional parameter that is a section itself is given by its address, the file and the key:

    def main(settings: Model, train: Path, ...) -> None: ...
    run(main)      # python -m stages.train params.yaml:models.vae data/dataset/train.npz …
"""

import argparse
import ctypes
import gc
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from pipeline import loading, locks
from pipeline.section import Section
from vae.files.errors import InputError

PARAMS = Path("params.yaml")
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h


def run(main: Callable[..., None]) -> None:
    """Read the command line, check all parameters, call `main`, exit.

    Exit status: 0; 1 for invalid input or a failed file operation, shown as one line; 2 for wrong
    parameters or a wrong command line; 130 when interrupted.
    """
    parser = _parser(main)
    given = vars(parser.parse_args())
    locks.keep_before_stage()
    keep_freed_memory()
    gc.freeze()  # what torch's import has made stays; to collect it at the end would take 0.4 s
    positional, keywords = [], {}
    try:
        values = loading.read(PARAMS)
        for name, parameter in inspect.signature(main).parameters.items():
            if parameter.kind is parameter.KEYWORD_ONLY:
                keywords[name] = values if name == "params" else getattr(values, name)
            elif parameter.kind is parameter.VAR_POSITIONAL:
                positional += given[name]
            elif _is_section(parameter):
                positional.append(loading.at(given[name], parameter.annotation))
            else:
                positional.append(given[name])
    except (InputError, OSError) as error:
        sys.exit(_show(parser, error, status=2))
    try:
        main(*positional, **keywords)
    except (InputError, OSError) as error:
        sys.exit(_show(parser, error, status=1))
    except KeyboardInterrupt:
        sys.exit(_show(parser, "interrupted; nothing half-written is left", status=130))


def _parser(main: Callable[..., None]) -> argparse.ArgumentParser:
    """A command line with the positional parameters of `main`."""
    module = inspect.getmodule(main).__spec__.name  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(
        prog=f"python -m {module.removesuffix('.__main__')}",
        description=inspect.getdoc(main),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, parameter in inspect.signature(main).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY:
            continue
        kind = str if _is_section(parameter) else parameter.annotation
        kind = next(iter(get_args(kind)), kind)  # the Path of Path | None
        if parameter.kind is parameter.VAR_POSITIONAL:
            parser.add_argument(name, type=kind, nargs="+")
        elif parameter.default is parameter.empty:
            parser.add_argument(name, type=kind)
        else:
            parser.add_argument(name, type=kind, nargs="?", default=parameter.default)
    return parser


def _is_section(parameter: inspect.Parameter) -> bool:
    kind: Any = parameter.annotation
    return isinstance(kind, type) and issubclass(kind, Section)


def keep_freed_memory() -> None:
    """Let this process use freed memory again, where the C library is glibc.

    By default glibc hands large blocks back to the system and gets them anew, page by page and
    zeroed: half of the time of `stages.evaluate`, whose temporaries are megabytes.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 2**25)  # the most that glibc allows on 64 bits
        mallopt(_M_TRIM_THRESHOLD, 2**30)


def _show(parser: argparse.ArgumentParser, error: object, status: int) -> int:
    print(f"{parser.prog}: {error}", file=sys.stderr)
    return status
