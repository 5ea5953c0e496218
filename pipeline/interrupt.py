"""Ctrl-C in a line, also in the seconds in which a script imports what it needs.

`pipeline.run` tells what interrupts a stage's work. A package of scripts calls this first thing, as
Python imports the package before the script.
"""

import sys
from types import TracebackType


def told_in_a_line() -> None:
    """From here on an interrupt that nobody handles is told in a line; exit status 130."""
    sys.excepthook = _tell


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    print(f"{' '.join(sys.orig_argv[1:3])}: interrupted before it began", file=sys.stderr)
    sys.exit(130)
