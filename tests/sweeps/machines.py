"""A small project, and a scheduler and workers as processes of their own, with separate folders."""

import os
import re
import shlex
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
from ruamel.yaml import YAML

from tests.project import ROOT, call

README = (
    (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## More than one machine\n")[2]
)
HERE, SCHEDULER, WORKER, THERE = re.findall(
    r"^(?:make|\.venv).*?(?=\s+#|$)", README.partition("\n## ")[0], re.MULTILINE
)
"""What a reader would run, in a shell each."""
STAGES = ("check", "download", "train", "encode", "evaluate")


def project(repository, folder):
    """A bare origin and a user's checkout of it: the small project, of it what measures `vae`.

    Its dvc.lock is a tenth of the whole one's, which DVC writes after each stage.
    """
    call(f"git clone -q {shlex.quote(str(repository))} mine", folder)
    mine, yaml = folder / "mine", YAML(typ="safe")
    for name in ("dvc.yaml", "dvc.lock"):
        content = yaml.load((mine / name).read_text(encoding="utf-8"))
        content["stages"] = {
            stage: value
            for stage, value in content["stages"].items()
            if stage.partition("@")[0] in STAGES and stage.partition("@")[2] in ("", "vae")
        }
        yaml.dump(content, mine / name)
    call("git config user.email t@example.org && git config user.name t", mine)
    call("git rm -rqf claims scores/dvc.yaml && git add -A && git commit -qm small", mine)
    call("git clone -q --bare mine origin", folder)
    for place in (mine, folder):
        (place / ".venv").symlink_to(sys.prefix)
    return mine, folder / "origin"


def environment():
    """For the programs of a sweep."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    return outside | {"OMP_NUM_THREADS": "1", "DVC_NO_ANALYTICS": "1"}


def sweep(mine, name, line=HERE, **told):
    """Start a line of the README, for another sweep and with other values of its variables."""
    make, target, _, *variables = shlex.split(line)
    assert {word.partition("=")[0] for word in variables} <= told.keys()
    values = [f"{key}={value}" for key, value in {"SWEEP": f"sweeps/{name}.yaml", **told}.items()]
    # the environment is that of these tests
    command = [make, "-o", ".venv/bin/ready", "-o", ".venv/bin/sweeps", target, *values]
    return subprocess.Popen(command, cwd=mine, env=environment(), stdout=-1, stderr=-1, text=True)


def ended(process, status):
    """What it said, once it has ended with a status."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == status, out + err
    return SimpleNamespace(out=out, err=err)


def write(mine, name, **content):
    """A sweep's file."""
    YAML(typ="safe").dump({"name": name, **content}, mine / f"sweeps/{name}.yaml")


@contextmanager
def running(*command, cwd, log):
    """A process, killed at the end if it has not ended."""
    with log.open("ab") as file:
        process = subprocess.Popen(command, cwd=cwd, env=environment(), stdout=file, stderr=file)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def scheduler(folder):
    """A scheduler on the loopback: its process and its address."""
    command = [*shlex.split(SCHEDULER), "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    log = folder / "scheduler.log"
    with running(*command, cwd=folder, log=log) as process:
        while "Scheduler at:" not in log.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        yield process, log.read_text().partition("Scheduler at:")[2].split()[0]


def worker(address, folder):
    """A worker of one thread that keeps its files in a folder of its own."""
    command = shlex.split(WORKER.replace("tcp://head:8786", address))
    command += ["--nworkers", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder)]
    return running(*command, cwd=folder.parent, log=folder.parent / f"{folder.name}.log")


def at_work(folder, word=""):
    """Processes in a folder whose command line holds a word."""
    found = []
    for process in psutil.process_iter(["cwd", "cmdline"]):
        inside = Path(process.info["cwd"] or os.sep).is_relative_to(folder)
        if inside and word in " ".join(process.info["cmdline"] or []):
            found.append(process)
    return found


def wait_for(condition, process=None, seconds=120):
    """Until something is so, while a process runs."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.2)  # to look through all processes takes a tenth of it


def references(origin):
    """The experiments that a repository holds: their commits by name."""
    listed = call("git for-each-ref --format='%(refname:lstrip=4) %(objectname)' refs/exps", origin)
    return dict(line.split() for line in listed.stdout.splitlines())


def whole(origin):
    """The same, once Git has looked at every object."""
    call("git fsck --strict --no-dangling", origin)
    return references(origin)
