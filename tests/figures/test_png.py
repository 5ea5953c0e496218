"""Files that carry their texts, and that can be read without matplotlib."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from figures.png import read_text, save
from tests.figures.drawing import LOOK
from tests.vae.files.damage import WAYS, complaint, flipped


def test_a_file_carries_its_texts_and_is_the_same_bytes_each_time(tmp_path, planes):
    for name in ("a.png", "b.png"):
        save(planes["scatter"], tmp_path / name, "Dots: Φ(z) ≥ ½.")
    assert read_text(tmp_path / "a.png") == (LOOK["title"], "Dots: Φ(z) ≥ ½.")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_figure_is_saved_in_the_projects_style_whatever_matplotlib_is_set_to(tmp_path, planes):
    save(planes["scatter"], tmp_path / "a.png", "")
    with mpl.rc_context({"savefig.facecolor": "red", "text.color": "red"}):
        save(planes["scatter"], tmp_path / "b.png", "")
    first, second = (np.asarray(Image.open(tmp_path / f"{n}.png").convert("RGB")) for n in "ab")
    assert np.array_equal(first, second)


@pytest.mark.parametrize("module", ["png", "animation"])
def test_matplotlib_is_not_imported_for(module, tmp_path, planes, root):
    file = tmp_path / "a.png"
    save(planes["scatter"], file, "words")
    code = (
        "import sys; from pathlib import Path; "
        f"import figures.{module} as module; "
        "print(module.read_text(Path(sys.argv[1])).title if hasattr(module, 'read_text') else '');"
        "sys.exit('matplotlib' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, file], cwd=root, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == (LOOK["title"] if module == "png" else "")


def test_a_damaged_figure_is_told_with_the_remedy(tmp_path, planes):
    path = tmp_path / "a.png"
    save(planes["scatter"], path, "Dots.")
    whole = path.read_bytes()
    middle = len(whole) // 2
    for spoilt in (*(way(whole) for way in WAYS.values()), flipped(whole, 8 * middle)):
        path.write_bytes(spoilt)
        assert complaint(read_text, path).endswith("; draw it again")


def test_a_picture_without_a_caption_is_told(tmp_path):
    Image.new("L", (2, 2)).save(tmp_path / "a.png")
    assert "it carries no 'Title'" in complaint(read_text, tmp_path / "a.png")
