"""What CONTRIBUTING.md promises of a new figure and a new model, in a clone as a reader has one."""

import json
import re

from tests.project import call, cloned, edit

FIGURE = '''
"""How far from the origin the codes lie."""

import numpy as np
from matplotlib.figure import Figure

from figures.sheet import Sheet
from figures.style import styled


@styled
def draw(norm: np.ndarray, *, bins: int, title: str, dpi: int) -> Figure:
    """A histogram of |z|."""
    sheet = Sheet(400, 300, dpi, title)
    axes = sheet.axes(50, 60, 330, 190)
    axes.hist(norm, bins)
    axes.set_xlabel("|z|")
    return sheet.figure


def caption(*, median: float) -> str:
    """What the histogram shows."""
    return f"The distance of every posterior mean from the origin; the median is {median:.2f}."
'''
STAGE = '''
"""Draw how far from the origin the codes lie."""

from pathlib import Path

import numpy as np

from figures import norms
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.section import Positive, Section
from pipeline.run import run
from vae.codes import Codes


class Norms(Section):
    """The figure of distances."""

    bins: Positive


def main(settings: Norms, latents: Path, figure: Path, *, style: Style) -> None:
    norm = np.linalg.norm(Codes.load(latents).mean, axis=1)
    drawn = norms.draw(norm, bins=settings.bins, title=f"Norms: {latents.stem}", dpi=style.dpi)
    with atomic_write(figure) as file:
        save(drawn, file, norms.caption(median=float(np.median(norm))))


if __name__ == "__main__":
    run(main)
'''
ENTRY = """
  norms:
    foreach: ${figures.norms}
    do:
      desc: Draw how far from the origin the codes of ${item} lie
      cmd: >-
        python -m stages.norms params.yaml:norms data/latents/${item}.npz
        reports/figures/${item}/norms.png
      deps: ["data/latents/${item}.npz"]
      params: [norms.bins, style.dpi]
      plots:
        - reports/figures/${item}/norms.png: {cache: false}
"""


def test_a_figure_is_four_places(repository, tmp_path):
    clone = cloned(repository, tmp_path)
    (clone / "figures/norms.py").write_text(FIGURE.lstrip(), encoding="utf-8")
    (clone / "stages/norms.py").write_text(STAGE.lstrip(), encoding="utf-8")
    pipeline = (clone / "dvc.yaml").read_text(encoding="utf-8")
    (clone / "dvc.yaml").write_text(pipeline.replace("\n  report:\n", f"{ENTRY}\n  report:\n"))
    edit(clone, {"figures.norms": ["vae", "vae20"], "norms": {"bins": 9}})

    call("python -m pipeline.deps", clone)
    assert "stages/norms.py, figures/norms.py, figures/png.py" in (clone / "dvc.yaml").read_text()
    ran = re.findall(r"Running stage '([\w@]+)'", call("dvc repro", clone).stdout)
    assert set(ran) == {
        *("check", "norms@vae", "norms@vae20", "report"),
        *(
            f"decode@{model}" for model in ("vae", "cvae", "vae20", "space")
        ),  # reads which figures there are
    }
    report = (clone / "reports/report.md").read_text(encoding="utf-8")
    assert report.count('src="figures/vae/norms.png"') == 1
    assert re.search(r"## Norms\n.*from the origin; the median is \d", report, re.S)
    edit(clone, {"norms.bins": 0})
    wrong = call("dvc repro norms", clone, check=False)
    assert "params.yaml:norms:\n  bins is 0: " in wrong.stderr


def test_a_model_is_one_entry(repository, tmp_path):
    clone = cloned(repository, tmp_path)
    small = {
        "latent_dim": 3,
        "conditional": False,
        "network": "mlp",
        "hidden": [8],
        "activation": "relu",
        "likelihood": "bernoulli",
        "shifts": 1,
        "refinements": 0,
        "objective": {"beta": 1.0, "warmup": 0.0, "free_bits": 0.0, "mmd": 0.0, "samples": 1},
        "epochs": 1,
        "film": 0,
    }
    edit(clone, {"models.vae3": small})
    ran = re.findall(r"Running stage '([\w@]+)'", call("dvc repro", clone).stdout)
    assert {stage for stage in ran if "@" in stage} == {
        f"{stage}@vae3" for stage in ("train", "encode", "evaluate", "decode")
    }
    assert "| vae3 |" in (clone / "reports/report.md").read_text(encoding="utf-8")
    shown = json.loads(call("dvc plots show --json", clone).stdout)
    curves = {f"reports/curves/{model}.csv" for model in ("vae", "cvae", "vae20", "vae3")}
    assert curves <= shown["data"].keys()
