"""A small project, and a scheduler and workers as processes of their own, with separate folders."""

import os
import shlex
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
from ruamel.yaml import YAML

from tests.project import call

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
    call("git remote set-url origin ../origin", mine)
    return mine, folder / "origin"


def environment(**more):
    """For the programs of a sweep: without a tale of a terminal, one thread each."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "OMP_NUM_THREADS": "1", "DVC_NO_ANALYTICS": "1"} | more


def sweep(mine, name, **told):
    """Start `python -m sweeps` as `make sweep` does."""
    folders = ["pages/sweep", "pages/shared.css", "reports"]
    command = [sys.executable, "-m", "sweeps", f"sweeps/{name}.yaml", *folders]
    return subprocess.Popen(
        command, cwd=mine, env=environment(**told), stdout=-1, stderr=-1, text=True
    )


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
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=cwd, env=environment(), stdout=file, stderr=file
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def scheduler(folder):
    """A scheduler on the loopback: its process and its address."""
    command = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    log = folder / "scheduler.log"
    with running(*command, "--no-dashboard", cwd=folder, log=log) as process:
        while "Scheduler at:" not in log.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        yield process, log.read_text().partition("Scheduler at:")[2].split()[0]


def worker(address, folder):
    """A worker of one thread that keeps its files in a folder of its own."""
    command = ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny"]
    command += ["--no-dashboard", "--local-directory", str(folder)]
    return running(*command, cwd=folder, log=folder.parent / f"{folder.name}.log")


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
    """The experiments that a repository holds, by name; all are whole."""
    call("git fsck --strict --no-dangling", origin)
    listed = call("git for-each-ref refs/exps", origin).stdout.split("\n")
    return {line.rpartition("/")[2]: line.split()[0] for line in listed if line}
