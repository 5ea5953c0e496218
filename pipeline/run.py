"""Where command line, parameters and files meet: `run` turns a function into a stage's script.

A stage's `main` takes paths by position and sections of the parameters by keyword:

    def main(latents: Path, figure: Path, *, manifold: Manifold, style: Style) -> None: ...
    run(main)      # python -m stages.manifold data/latents/vae.npz reports/figures/manifold.png
"""

import argparse
import ctypes
import gc
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import params
from vae.errors import InputError

if TYPE_CHECKING:
    pass

PARAMS = Path("params.yaml"), Path("claims/params.yaml")
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h


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
