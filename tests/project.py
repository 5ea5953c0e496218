"""A small copy of the project, on scikit-learn's digits, in which the whole pipeline has run."""

import atexit
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import chdir
from functools import cache
from pathlib import Path

from filelock import FileLock
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
FORKSERVER = ROOT / "pipeline/forkserver.py"
NAME = """a b'c "ü" $x"""
"""Of the folder in which it lies: a checkout may lie anywhere."""

LOG = "run.log"
"""What the run printed."""

SMALL = {
    "dataset.name": "digits",
    "classifier.epochs": 1,
    "evaluate.samples": 4,
    "reconstructions.per_class": 2,
    "samples.rows": 2,
    "manifold.n": 3,
    "manifold.page_n": 2,
    "interpolation.sources": [1],
    "interpolation.frames": 3,
    "interpolation.strip": 3,
    "tsne.points": 60,
    "tsne.perplexity": 5.0,
    "tsne.iterations": 260,
    "explorer.images": 40,
    # every script, and both sides of each of its branches
    "figures.curves": ["cvae"],
    "figures.reconstructions": ["cvae"],
    "figures.samples": ["vae20", "cvae"],
    "figures.scatter": ["cvae"],
    "figures.manifold": ["cvae"],
    "figures.digits": ["cvae"],
    "figures.uncertainty": ["cvae"],
    "pages.explorer": ["cvae"],
    "figures.interpolation": ["cvae"],
    "figures.traversal": ["cvae"],
    "figures.film": ["cvae"],
    "pages.film_page": ["cvae"],
    "models.space": {
        "latent_dim": 3,
        "conditional": False,
        "network": "mlp",
        "hidden": [16],
        "activation": "gelu",
        "likelihood": "bernoulli",
        "shifts": 0,
        "refinements": 0,
        "objective": {"beta": 1.0, "warmup": 0.0, "free_bits": 0.0, "mmd": 0.0, "samples": 1},
        "epochs": 2,
        "film": 0,
    },
    "figures.cloud": ["space"],
    "figures.slices": ["space"],
    "pages.explorer_cloud": ["space"],
    "cloud.frames": 3,
    "slices.count": 2,
    "film.images": 50,
    "film.n": 3,
    "models.vae.film": 0,
    "models.cvae.film": 4,
    **{f"models.{name}.epochs": 2 for name in ("vae", "cvae", "vae20")},
    **{f"models.{name}.hidden": [16] for name in ("vae", "cvae", "vae20")},
}


_ONE_THREAD = {"OMP_NUM_THREADS": "1"}  # for the same bits whatever else is at work


def hear_interrupts():
    """For a process to start: a shell's background jobs are deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@cache
def _forkserver(*start):
    """A fork server for as long as this process lives, and a $PATH whose `python` asks it."""
    env = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **_ONE_THREAD,
    }
    command = [sys.executable, "-P", *start, "sh", "-c", "echo $PATH; read _"]
    server = subprocess.Popen(
        command, env=env, stdin=-1, stdout=-1, text=True, preexec_fn=hear_interrupts
    )
    return server, server.stdout.readline().strip()


def forked_path():
    """A $PATH whose `python -m` starts with its libraries loaded."""
    return _forkserver(FORKSERVER)[1]


@cache
def _path_of_dvc():
    """That $PATH, and on it a `dvc` that starts loaded, too, from a server of its own."""
    serve = f"import runpy; runpy.run_path({str(FORKSERVER)!r})['main'](['dvc.cli', 'dvc.repo'])"
    python, _, _ = _forkserver("-c", serve)[1].partition(os.pathsep)
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    (folder / "dvc").write_text(f'#!/bin/sh\nexec {python}/python -m dvc "$@"\n', encoding="utf-8")
    (folder / "dvc").chmod(0o700)
    return f"{folder}{os.pathsep}{forked_path()}"


def environment(folder):
    """For programs in a copy of the project: those of these tests, offline."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # each stage would compile all modules anew
    return env | {
        "PATH": _path_of_dvc(),
        "DATASET_MIRROR": str(folder / "nowhere"),
        "DVC_NO_ANALYTICS": "1",
        **_ONE_THREAD,
    }


def call(command, cwd, check=True, **more):
    """Run a command line in that environment."""
    env = environment(cwd) | more
    done = subprocess.run(command, cwd=cwd, env=env, shell=True, capture_output=True, text=True)
    if check:
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


def status(folder):
    """What `dvc status --json dvc.yaml` prints there, without the second in which DVC starts."""
    from dvc.repo import Repo  # takes half a second, and not every worker asks

    with chdir(folder), Repo() as repository:
        return repository.status(["dvc.yaml"])


def edit(folder, changes):
    """Set dotted keys of params.yaml."""
    yaml = YAML()
    for key, value in changes.items():
        file = folder / "params.yaml"
        content = yaml.load(file.read_text(encoding="utf-8"))
        *sections, last = key.split(".")
        place = content
        for section in sections:
            place = place[section]
        place[last] = value
        yaml.dump(content, file)


def built(folder):
    """That copy, as a Git repository in `folder`; the first process that asks for it makes it."""
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / LOG).exists():
            shutil.rmtree(folder, ignore_errors=True)
            _build(folder)
    return folder


def cloned(repository, folder):
    """A clone as a colleague has one, with the cache at hand."""
    call(f"git clone -q {shlex.quote(str(repository))} clone", folder)
    clone = folder / "clone"
    call("git config user.email t@example.org && git config user.name t", clone)
    (clone / ".dvc/cache").symlink_to(repository / ".dvc/cache")
    call("dvc checkout -q dvc.yaml", clone)
    return clone


def _build(folder):
    listed = call("git ls-files -co --exclude-standard", ROOT).stdout.splitlines()
    for name in listed:
        result = name.startswith(("reports/", "scores/results/")) or Path(name).name == "dvc.lock"
        if (ROOT / name).is_file() and not result:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    edit(folder, SMALL)
    call(
        "git init -q -b main && git config user.email t@example.org && git config user.name t",
        folder,
    )
    call("git add -A && git commit -qm start", folder)
    run = call("dvc repro", folder)
    call("git add -A && git commit -qm run", folder)
    (folder / LOG).write_text(run.stdout)
