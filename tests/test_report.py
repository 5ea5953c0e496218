"""The report: whole, in order, true to its sources."""

import re

import numpy as np
import pytest

from vae import params
from vae.errors import InputError
from vae.figures import base, conditional
from vae.report import MEANINGS, build, to_markdown


@pytest.fixture
def checked(content):
    return params.check(content)


@pytest.fixture
def tree(tmp_path, checked):
    """A reports folder with a small picture for every figure."""
    for figure, models in checked.figures:
        for model in models:
            drawn = conditional.draw(
                np.zeros((1, 2, 4, 4)), class_names="ab", title=f"{figure} of {model}", dpi=50
            )
            place = tmp_path / "figures" / model / figure
            place.parent.mkdir(parents=True, exist_ok=True)
            if figure == "class_manifolds":
                place.mkdir()
                for label in range(10):
                    base.save(drawn, place / f"{label}.png", f"Caption of {figure} of {model}.")
            else:
                base.save(drawn, place.with_suffix(".png"), f"Caption of {figure} of {model}.")
            if figure == "interpolation":
                place.with_suffix(".gif").write_bytes(b"GIF89a")
    return tmp_path


@pytest.fixture
def numbers(checked):
    return {name: dict.fromkeys(MEANINGS, -100.5 - i) for i, name in enumerate(checked.models)}


def test_every_picture_is_there_once_with_its_caption(checked, tree, numbers):
    text = to_markdown(build(checked, numbers, tree))
    shown = re.findall(r'<img src="([^"]+)"', text)
    files = [file.relative_to(tree).as_posix() for file in tree.rglob("*.*")]
    assert sorted(shown) == sorted(files)
    for figure, models in checked.figures:
        for model in models:
            assert text.count(f"Caption of {figure} of {model}.") == 1


def test_unconditional_models_come_first_in_the_order_of_params(checked, tree, numbers):
    text = to_markdown(build(checked, numbers, tree))
    plain = [f for f, models in checked.figures if set(models) & {"vae", "vae20"}]
    places = [text.index(f"## {figure.capitalize()}") for figure in plain]
    assert places == sorted(places)
    assert text.index("class-conditional model cvae") > places[-1]


def test_metrics_stand_under_their_model_with_their_sign(checked, tree, numbers):
    text = to_markdown(build(checked, numbers, tree))
    row = next(line for line in text.splitlines() if line.startswith("| `elbo`"))
    assert [cell.strip() for cell in row.split("|")[2:5]] == ["−100.5", "−101.5", "−102.5"]


def test_a_missing_figure_is_named_with_the_remedy(checked, tree, numbers):
    (tree / "figures/vae/scatter.png").unlink()
    with pytest.raises(InputError, match=r"scatter\.png is missing.*dvc repro scatter@vae"):
        build(checked, numbers, tree)
