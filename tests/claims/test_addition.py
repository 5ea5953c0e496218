"""A claim is added as one folder: its stages run, and the page shows it, with no other edit."""

import re
import shutil

import pytest
from ruamel.yaml import YAML

from tests.project import ROOT, call

FILES = {
    "__init__.py": '''
"""Claim: the mean of normal draws is 0."""

from pipeline.section import Positive, Section


class Settings(Section):
    """Draws and how they are shown."""

    draws: Positive
    bins: Positive
''',
    "params.yaml": "draws: 100\nbins: 9\n",
    "measure.py": '''
"""Normal draws."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray


class Draws(NamedTuple):
    """The record of this claim."""

    values: Float[ndarray, " n"]
    mean: float


def measure(n: int, seed: int) -> Draws:
    """n draws and their mean."""
    values = np.random.default_rng(seed).standard_normal(n)
    return Draws(values, float(values.mean()))
''',
    "compute.py": '''
"""Measure the mean of normal draws."""

from pathlib import Path

from claims.example import Settings
from claims.example.measure import measure
from pipeline.files import atomic_write
from pipeline.run import run
from vae.files import records
from vae.files.metrics import write_metrics


def main(settings: Settings, record: Path, metrics: Path, *, seed: int) -> None:
    """Write the draws and their mean."""
    draws = measure(settings.draws, seed)
    with atomic_write(record) as file:
        records.save(draws, file)
    with atomic_write(metrics) as file:
        write_metrics(file, {"example": {"mean": draws.mean}})


if __name__ == "__main__":
    run(main)
''',
    "figure.py": '''
"""A histogram of normal draws."""

from matplotlib.figure import Figure

from claims.example.measure import Draws
from figures.sheet import Sheet
from figures.style import styled


@styled
def draw(draws: Draws, *, bins: int, title: str, dpi: int) -> Figure:
    """The histogram."""
    sheet = Sheet(400, 300, dpi, title)
    sheet.axes(50, 60, 330, 190).hist(draws.values, bins)
    return sheet.figure


def caption(draws: Draws) -> str:
    """What the draws show."""
    return f"The mean of {len(draws.values)} draws is {draws.mean:.2f}."
''',
    "draw.py": '''
"""Draw a histogram of normal draws."""

from pathlib import Path

from claims.example import Settings, figure
from claims.example.measure import Draws
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.files import records


def main(settings: Settings, record: Path, picture: Path, *, style: Style) -> None:
    """Draw the record."""
    draws = records.load(Draws, record)
    drawn = figure.draw(draws, bins=settings.bins, title="Example: normal draws", dpi=style.dpi)
    with atomic_write(picture) as file:
        save(drawn, file, figure.caption(draws))


if __name__ == "__main__":
    run(main)
''',
    "dvc.yaml": """
stages:

  compute:
    wdir: ../..
    desc: Measure the mean of normal draws
    cmd: >-
      python -m claims.example.compute claims/example/params.yaml data/claims/example/example.npz
      reports/claims/example/example.json
    deps: []
    params:
      - seed
      - claims/example/params.yaml: [draws]
    outs:
      - data/claims/example/example.npz: {cache: false}
    metrics:
      - reports/claims/example/example.json: {cache: false}

  draw:
    wdir: ../..
    desc: Draw a histogram of normal draws
    cmd: >-
      python -m claims.example.draw claims/example/params.yaml data/claims/example/example.npz
      reports/claims/example/example.png
    deps: [data/claims/example/example.npz]
    params:
      - style.dpi
      - claims/example/params.yaml: [bins]
    plots:
      - reports/claims/example/example.png: {cache: false}
""",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project without its models and claims but for the page; every test adds the claim."""
    folder = tmp_path_factory.mktemp("project")
    for package in ("vae", "figures", "pages", "pipeline"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("*.pyc"))
    (folder / "claims").mkdir()
    for file in (ROOT / "claims").glob("*.py"):
        shutil.copy(file, folder / "claims")
    shutil.copy(ROOT / "params.yaml", folder)
    shutil.copy(ROOT / ".dvcignore", folder)
    yaml = YAML()
    stages = yaml.load((ROOT / "claims/dvc.yaml").read_text(encoding="utf-8"))["stages"]
    yaml.dump({"stages": {"page": stages["page"]}}, folder / "claims/dvc.yaml")
    order = yaml.load((ROOT / "claims/params.yaml").read_text(encoding="utf-8"))["order"]
    yaml.dump({"order": order, "models": {}}, folder / "claims/params.yaml")
    call("git init -q -b main && dvc init -q", folder)
    return folder


def ran(project):
    done = call("dvc repro claims/dvc.yaml", project)
    return re.findall(r"Running stage '([^']+)'", done.stdout)


def test_a_claim_is_one_folder(project):
    here = project / "claims/example"
    here.mkdir()
    for name, text in FILES.items():
        (here / name).write_text(text.lstrip(), encoding="utf-8")
    call("python -m pipeline.deps", project)
    code = (here / "dvc.yaml").read_text(encoding="utf-8")
    assert "claims/example/measure.py" in code and "vae/files" in code

    stages = [f"claims/example/dvc.yaml:{name}" for name in ("compute", "draw")]
    assert ran(project) == [*stages, "claims/dvc.yaml:page"]
    page = (project / "reports/claims.md").read_text(encoding="utf-8")
    assert "## Example: normal draws\n" in page
    assert '<img src="claims/example/example.png"' in page
    assert re.search(r"^The mean of 100 draws is -?\d\.\d\d\.$", page, re.MULTILINE)
    assert ran(project) == []

    (here / "params.yaml").write_text("draws: 100\nbins: 5\n")
    assert ran(project) == ["claims/example/dvc.yaml:draw", "claims/dvc.yaml:page"]
    (here / "params.yaml").write_text("draws: 200\nbins: 5\n")
    assert ran(project) == [*stages, "claims/dvc.yaml:page"]
    (here / "params.yaml").write_text("draws: 0\nbins: 5\n")
    wrong = call("dvc repro claims/dvc.yaml", project, check=False)
    assert "claims/example/params.yaml:\n  draws is 0: " in wrong.stderr
