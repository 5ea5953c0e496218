"""A fork is the Python that it stands for: what it sees, says and leaves, and how it ends."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.project import FORKSERVER, forked_path, hear_interrupts

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")

ENV = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
PLAIN = f"{Path(sys.executable).parent}{os.pathsep}{ENV['PATH']}"
LOOK = """
import inspect, json, os, sys
def main(): pass
project = sorted(n for n in sys.modules if n.split(".")[0] in ("pipeline", "vae", "stages"))
print(json.dumps([sys.argv, sys.path[0], os.getcwd(), os.environ["KEY"], project, __name__,
                  __spec__.name, inspect.getmodule(main).__spec__.name, sys.stdin.read()]))
print("told", file=sys.stderr)
"""


@pytest.fixture
def asked(tmp_path):
    """The end of a shell's commands, in a folder with modules of these sources."""

    def ask(path, commands, server=(), **sources):
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(source)
        return subprocess.Popen(
            [*server, "sh", "-c", commands],
            cwd=tmp_path,
            env=ENV | {"PATH": path, "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=hear_interrupts,
        )

    return ask


@pytest.fixture
def served(asked):
    """The same by a fork server of its own, which loads no libraries."""
    light = f"import runpy; runpy.run_path({str(FORKSERVER)!r})['main'](libraries=())"
    return partial(asked, PLAIN, server=(sys.executable, "-P", "-c", light))


def end(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_a_module_sees_what_it_would_see_in_a_python_of_its_own(asked):
    command = "mkdir -p d; cd d; cp ../look.py .; echo in | KEY='a b' python -m look x 'y z'"
    assert end(asked(forked_path(), command, look=LOOK)) == end(asked(PLAIN, command))


def test_the_libraries_are_there_before_and_the_project_is_not(asked):
    look = "import sys; print('torch' in sys.modules, 'pipeline' in sys.modules)"
    assert end(asked(forked_path(), "python -m look", look=look)) == (0, "True False\n", "")


@pytest.mark.parametrize(
    "ends",
    [
        "import sys; sys.exit(3)",
        "import sys; sys.exit('a word')",
        "import os; os._exit(4)",
        "import os; os.kill(os.getpid(), 9)",
        "import os; os.kill(os.getpid(), 15)",
        "import os; os.kill(os.getpid(), 2)",
        "import atexit; atexit.register(print, 'at the end')",
        "import threading; threading.Timer(0.2, print, ('of a thread',)).start()",
        "print('no newline', end='')",
    ],
)
def test_it_ends_as_in_a_python_of_its_own(asked, ends):
    command = "python -m ends; echo $?"
    forked, plain = end(asked(forked_path(), command, ends=ends)), end(asked(PLAIN, command))
    assert forked[:2] == plain[:2]
    assert forked[2].splitlines()[-1:] == plain[2].splitlines()[-1:]


def test_an_error_is_told_by_its_traceback(asked):
    status, out, err = end(asked(forked_path(), "python -m fails", fails="def f(): 1 / 0\nf()"))
    assert (status, out) == (1, "")
    assert err.endswith("ZeroDivisionError: division by zero\n")


def test_what_is_no_module_runs_in_a_fresh_python(asked):
    command = "python -c 'import sys; print(\"torch\" in sys.modules)'"
    assert end(asked(forked_path(), command)) == (0, "False\n", "")


def test_a_command_s_status_is_the_server_s_and_nothing_is_left(served, tmp_path):
    assert end(served("exit 7"))[0] == 7
    assert end(served("kill -9 $$"))[0] == 128 + 9
    assert list(tmp_path.iterdir()) == []


SLEEP = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"


def gone(pid):
    """Whether a process ends within some seconds."""
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(10)
    return not psutil.pid_exists(pid)


@pytest.mark.parametrize("victim", ["asker", "command", "server"])
def test_a_fork_ends_with_who_asked_for_it_with_the_command_and_with_the_server(served, victim):
    with served("echo $$; python -m sleeps; echo ended", sleeps=SLEEP) as server:
        command, fork = int(server.stdout.readline()), int(server.stdout.readline())
        (asker,) = psutil.Process(command).children()
        os.kill({"asker": asker.pid, "command": command, "server": server.pid}[victim], 9)
        assert gone(fork)
        assert gone(asker.pid)
        assert server.stdout.read() == ("ended\n" if victim == "asker" else "")


def test_ctrl_c_reaches_the_fork_alone_as_in_a_terminal(served):
    source = """
import os, sys, time
try:
    print(os.getpid(), flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    sys.exit("interrupted")
"""
    command = "trap '' INT; python -m waits; echo $?"
    server = served(command, waits=source)
    try:
        fork = int(server.stdout.readline())
        for process in (fork, psutil.Process(fork).ppid(), server.pid):
            os.kill(process, signal.SIGINT)
        assert end(server) == (0, "1\n", "interrupted\n")
    finally:
        server.kill()
