"""The manifold: a tile lies where its code says, in z and in probability."""

import numpy as np
import pytest
import torch

from figures import manifold
from figures.png import save
from figures.sheet import to_bytes, zoom
from tests.figures.drawing import CLASSES, LOOK, picture_in
from vae import latent
from vae.model import VAE, decode_mean


@pytest.mark.parametrize(("image_shape", "dpi"), [((8, 8), 100), ((28, 28), 120), ((9, 6, 3), 75)])
def test_a_cells_z_decodes_to_the_tile_at_its_place_in_the_file(tmp_path, image_shape, dpi):
    """Law of the frame: Φ(z) of a code says where on the picture its tile is, right and up."""
    torch.manual_seed(0)
    model, n = VAE(image_shape, 2, [16]), 5
    figure = manifold.draw(decode_mean(model, latent.quantile_grid(n)), title="t", dpi=dpi)
    save(figure, tmp_path / "m.png", "words")
    picture = picture_in(tmp_path / "m.png", figure.axes[0]).astype(int)
    places = latent.quantile_midpoints(n)
    scale = zoom(image_shape, dpi)
    height, width = image_shape[0] * scale, image_shape[1] * scale
    for z in (np.array([places[3], places[0]]), np.array([places[1], places[4]])):
        right, up = latent.to_unit_square(z)
        row, column = int((1 - up) * n), int(right * n)
        tile = picture[row * height : (row + 1) * height, column * width : (column + 1) * width]
        expected = to_bytes(decode_mean(model, z[None])[0])
        expected = expected.reshape(*image_shape[:2], -1).repeat(scale, 0).repeat(scale, 1)
        tolerance = 0 if len(image_shape) == 2 else 40  # a coloured file keeps its 256 nearest
        assert np.abs(tile - expected).max() <= tolerance


def test_ticks_in_z_stand_at_their_probability():
    figure = manifold.draw(np.zeros((4, 4, 8, 8)), title="t", dpi=100)
    axes = figure.axes[0]
    ticks = {
        t.get_text(): p for t, p in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True)
    }
    assert ticks["0"] == pytest.approx(4 * 8 / 2 - 0.5)
    assert ticks["1"] == pytest.approx(4 * 8 * 0.841344746 - 0.5)
    heights = dict(
        zip((t.get_text() for t in axes.get_yticklabels()), axes.get_yticks(), strict=True)
    )
    assert heights["1"] < heights["0"] < heights["−1"]  # rows count downwards, z₂ upwards


def test_a_conditional_page_has_a_panel_for_each_class():
    figure = manifold.draw_classes(np.zeros((3, 2, 2, 8, 8)), class_names=CLASSES, **LOOK)
    assert [axes.get_title("left") for axes in figure.axes] == list(CLASSES)
