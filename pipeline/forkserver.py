"""Run a command in which each `python -m …` starts with its libraries loaded.

    python -P pipeline/forkserver.py dvc repro

DVC starts a process for each stage, and most of a small stage's two seconds go into importing
torch and matplotlib. Here they are imported once. The command finds a `python` first on its PATH
that asks this process, through a socket, for a fork of itself (`forkclient.py`). The fork runs the
module as a fresh Python would, in the asker's directory and environment, on its input and output:
nothing of this project is loaded before, and no library has computed anything.

A fork lives no longer than who asked for it, nor than the command. Ctrl-C reaches it as it reaches
every process of a terminal. On other systems than Linux, whose libraries may not survive a fork,
and without this program, the same command runs as it is.
"""

import atexit
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

_LIBRARIES = (
    "pydantic.json_schema",
    "pydantic.type_adapter",
    "ruamel.yaml",
    "torch",
    "jaxtyping",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "sklearn.manifold",
    "PIL.Image",
    "safetensors.torch",
    "imageio.v3",
    "jinja2",
    "tqdm",
    "torch._dynamo",  # by which torch says that its optimisers are not compiled: 2 s
)
_CLIENT = Path(__file__).with_name("forkclient.py")
_PR_SET_PDEATHSIG = 1  # prctl.h


def main(libraries: Sequence[str] = _LIBRARIES) -> None:
    """Run the command of the command line and exit with its status; or, in a fork, run a module."""
    command = sys.argv[1:]
    if sys.platform != "linux":
        os.execvp(command[0], command)
    folder = Path(tempfile.mkdtemp(prefix="forkserver-"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
        listener.listen()
        process = subprocess.Popen(
            command, env=_environment(folder), preexec_fn=lambda: _die_with_parent(signal.SIGTERM)
        )
        # the command's own answer to these is its end, which is this process's
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda number, _: process.send_signal(number))
        connection = _next_connection(listener, process, libraries)
    if connection is None:
        shutil.rmtree(folder)
        status = process.wait()
        _end(status if status >= 0 else 128 - status)
    _run(*_asked(connection, interrupt))


def _environment(folder: Path) -> dict[str, str]:
    """This environment, with a `python` first on its PATH that asks for forks."""
    words = shlex.join([sys.executable, "-ISE", str(_CLIENT), sys.executable, f"{folder}/socket"])
    shim = folder / "python"
    shim.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    shim.chmod(0o700)
    return os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def _next_connection(
    listener: socket.socket, process: subprocess.Popen[bytes], libraries: Sequence[str]
) -> socket.socket | None:
    """A connection, in a fork of its own; None, in this process, once the command has ended."""
    ended = os.pidfd_open(process.pid)
    for library in libraries:
        if select.select([ended], [], [], 0)[0]:
            return None
        importlib.import_module(library)
    gc.freeze()
    while ended not in _ready(listener, ended):
        connection, _ = listener.accept()
        if _fork() == 0:
            return connection
        connection.close()
    return None


def _ready(*files: int | socket.socket) -> list[int | socket.socket]:
    """Those of which something can be read, as soon as there is one; a process's end can."""
    return select.select(files, [], [])[0]


def _fork() -> int:
    """As os.fork, with a child that does not outlive its parent."""
    with warnings.catch_warnings():
        # Python warns of threads; those that there are belong to OpenBLAS, which minds forks
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _die_with_parent(signal.SIGKILL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return child


def _die_with_parent(number: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


def _asked(connection: socket.socket, interrupt: Any) -> tuple[list[str], str, dict[str, str]]:
    """Command line, directory and environment that the asker wants, in a fork with its files.

    This process stays, to say how the fork ended, and to end it if the asker is gone. To an
    `interrupt` the fork answers as Python does, if it does: jobs of a background are deaf to it.
    """
    size, files, _, _ = socket.recv_fds(connection, 8, 3)
    with connection.makefile("rb") as stream:
        content = stream.read(int.from_bytes(size))
    fork = _fork()
    if fork == 0:
        connection.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        signal.signal(signal.SIGINT, interrupt)
        return json.loads(content)
    for file in files:
        os.close(file)
    ended = os.pidfd_open(fork)
    if ended not in _ready(connection, ended):
        os.kill(fork, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])
    with suppress(OSError):
        connection.sendall(str(status).encode())
    os._exit(0)


def _run(argv: list[str], directory: str, environment: dict[str, str]) -> None:
    """Be `python -m …` with these words after the -m."""
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdout.reconfigure(line_buffering=os.isatty(1))  # type: ignore[union-attr]
    sys.path.insert(0, directory)
    sys.argv = argv
    try:
        runpy.run_module(argv[0], run_name="__main__", alter_sys=True)
        _end(0)
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            print(end.code, file=sys.stderr)
        _end(end.code if isinstance(end.code, int) else int(end.code is not None))
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        _end(-signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1)


def _end(status: int) -> NoReturn:
    """Exit as Python does, but without freeing every object that the fork shares.

    That would copy them first, which takes 0.3 s, and libraries would complain of leaks.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    main()
