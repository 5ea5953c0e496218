"""Figures: one coordinate frame, pixel-exact pictures, one palette, words on the file."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from PIL import Image

from figures import (
    conditional,
    curves,
    digits,
    interpolation,
    manifold,
    reconstructions,
    samples,
    scatter,
    traversal,
    tsne,
    uncertainty,
)
from figures import sheet as base
from vae import latent
from vae.codes import Codes
from vae.model import VAE, decode_mean

CLASSES = ("zero", "one", "two")
LIMIT = 4.0
READ = np.array([0, 0, 2, 1])
LOOK = {"title": "A figure: model on data", "dpi": 100}


@pytest.fixture(scope="module")
def codes():
    """Three clusters: class 0 to the left, class 1 to the right, class 2 above."""
    rng = np.random.default_rng(0)
    label = np.arange(90) % 3
    centre = np.array([[-2.0, 0.0], [2.0, 0.0], [0.0, 2.5]])[label]
    mean = (centre + 0.2 * rng.normal(size=(90, 2))).astype(np.float32)
    log_var = rng.normal(-3, 0.3, size=(90, 2)).astype(np.float32)
    return Codes(mean, log_var, mean + 0.1, label)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).integers(0, 256, size=(90, 8, 8), dtype=np.uint8)


def walk(steps=4):
    stops = np.array([[-2.0, 0.0], [2.0, 0.0]])
    return interpolation.Walk(stops, (0, 1), np.random.rand(steps, 8, 8))


@pytest.fixture(scope="module")
def planes(codes, images):
    """Every figure that shows the latent plane, by name."""
    common = {"class_names": CLASSES, "limit": LIMIT, **LOOK}
    label = codes.label
    return {
        "scatter": scatter.draw(codes, n=4, **common),
        "digits": digits.draw(images, codes.mean, label, seed=0, **common),
        "uncertainty": uncertainty.draw(images, codes, ellipses=2, strip=3, seed=0, **common),
        "interpolation": interpolation.draw([[walk()]], READ, codes.mean, label, **common),
        "samples": samples.draw(
            np.random.rand(4, 8, 8),
            np.random.rand(4, 8, 8),
            np.eye(4, 2),
            rows=2,
            limit=LIMIT,
            **LOOK,
        ),
    }


def plane_axes(figure):
    return [axes for axes in figure.axes if axes.get_xlabel() == "$z_1$"]


def words_on(figure):
    inside = [text.get_text() for axes in figure.axes for text in axes.texts]
    return inside + [text.get_text() for text in figure.texts]


def picture_in(path, axes):
    """The pixels of a PNG under some axes."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    box = axes.get_window_extent()
    top, bottom = len(pixels) - box.y1, len(pixels) - box.y0
    left, top, right, bottom = (round(side) for side in (box.x0, top, box.x1, bottom))
    return pixels[top:bottom, left:right]


@pytest.mark.parametrize("name", ["scatter", "digits", "uncertainty", "interpolation", "samples"])
def test_every_latent_plane_has_the_same_frame(planes, name):
    axes = plane_axes(planes[name])
    assert axes
    for plane in axes:
        assert plane.get_xlim() == plane.get_ylim() == (-LIMIT, LIMIT)
        assert plane.get_ylabel() == "$z_2$"


@pytest.mark.parametrize(("image_shape", "dpi"), [((8, 8), 100), ((28, 28), 120), ((9, 6, 3), 75)])
def test_a_cells_z_decodes_to_the_tile_at_its_place_in_the_file(tmp_path, image_shape, dpi):
    """Law of the frame: Φ(z) of a code says where on the picture its tile is, right and up."""
    torch.manual_seed(0)
    model, n = VAE(image_shape, 2, [16]), 5
    figure = manifold.draw(decode_mean(model, latent.quantile_grid(n)), title="t", dpi=dpi)
    base.save(figure, tmp_path / "m.png", "words")
    picture = picture_in(tmp_path / "m.png", figure.axes[0]).astype(int)
    places = latent.quantile_midpoints(n)
    scale = base.zoom(image_shape, dpi)
    height, width = image_shape[0] * scale, image_shape[1] * scale
    for z in (np.array([places[3], places[0]]), np.array([places[1], places[4]])):
        right, up = latent.to_unit_square(z)
        row, column = int((1 - up) * n), int(right * n)
        tile = picture[row * height : (row + 1) * height, column * width : (column + 1) * width]
        expected = base.to_bytes(decode_mean(model, z[None])[0])
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


def test_images_on_the_map_lie_at_their_codes(images):
    white = np.full((1, 8, 8), 255, np.uint8)
    canvas = samples.place(white, np.array([[2.0, 1.0]]), 4.0, 200, 2)[..., 0]
    rows, columns = np.nonzero(canvas)
    assert columns.mean() == pytest.approx((2 + 4) / 8 * 200, abs=1)
    assert rows.mean() == pytest.approx((4 - 1) / 8 * 200, abs=1)


def test_classes_have_the_same_colour_in_every_figure(planes):
    for name in ("scatter", "interpolation"):
        labels = {
            text.get_text(): to_rgb(text.get_color())
            for axes in plane_axes(planes[name])
            for text in axes.texts
        }
        assert [labels[word] for word in CLASSES] == base.palette(3), name


@pytest.mark.parametrize("classes", [2, 10, 26, 62])
def test_a_palette_has_a_colour_for_each_class(classes):
    assert len({tuple(np.round(colour, 3)) for colour in base.palette(classes)}) == classes


@pytest.mark.parametrize("name", ["scatter", "digits", "uncertainty", "interpolation"])
def test_class_names_stand_on_their_clusters(planes, codes, name):
    axes = plane_axes(planes[name])[-1]
    places = {
        text.get_text(): np.array(text.xy) for text in axes.texts if text.get_text() in CLASSES
    }
    for label, word in enumerate(CLASSES):
        cluster = codes.mean[codes.label == label]
        assert np.abs(places[word] - np.median(cluster, axis=0)).max() < 0.5


def test_a_class_without_images_in_sight_has_no_label(codes):
    far = codes._replace(mean=codes.mean + np.float32([100, 0]) * (codes.label == 2)[:, None])
    figure = scatter.draw(far, class_names=CLASSES, n=4, limit=LIMIT, **LOOK)
    assert "two" not in [text.get_text() for text in figure.axes[0].texts]


def test_names_of_clusters_that_coincide_are_moved_apart(codes):
    same = codes._replace(mean=np.float32(0.1) * codes.sample)
    same.mean[:] -= same.mean.mean(axis=0)
    figure = scatter.draw(same, class_names=CLASSES, n=4, limit=LIMIT, **LOOK)
    texts = figure.axes[0].texts
    places = np.array([text.xy for text in texts if text.get_text() in CLASSES])
    gaps = np.linalg.norm(places[:, None] - places, axis=-1)[~np.eye(3, dtype=bool)]
    assert gaps.min() > 0.04 * 2 * LIMIT
    assert np.abs(places).max() < 0.1 * 2 * LIMIT


def test_the_scatter_shows_means_beside_samples_and_their_twin_in_probability(planes, codes):
    offsets = [axes.collections[0].get_offsets() for axes in planes["scatter"].axes]
    np.testing.assert_allclose(offsets[0], codes.mean)
    np.testing.assert_allclose(offsets[2], codes.sample)
    np.testing.assert_allclose(offsets[1], latent.to_unit_square(codes.mean), atol=1e-6)


def test_posterior_ellipses_are_at_true_scale(planes, codes):
    ellipses = [p for p in plane_axes(planes["uncertainty"])[0].patches if hasattr(p, "angle")]
    ellipses = [p for p in ellipses if type(p).__name__ == "Ellipse"]
    assert len(ellipses) == 6
    for ellipse in ellipses:
        i = np.abs(codes.mean - ellipse.center).sum(axis=1).argmin()
        sigma = np.exp(0.5 * codes.log_var[i])
        np.testing.assert_allclose((ellipse.width, ellipse.height), 2 * sigma, rtol=1e-5)


def test_the_surest_images_come_first_and_the_most_doubtful_last(images):
    codes = Codes(*(np.zeros((6, 2), np.float32) for _ in range(3)), np.zeros(6, int))
    codes.log_var[:] = np.array([3, 1, 2, 6, 5, 4])[:, None]
    figure = uncertainty.draw(
        images[:6], codes, class_names=("a",), ellipses=1, strip=2, limit=LIMIT, seed=0, **LOOK
    )
    surest, doubtful = (axes.images[0].get_array() for axes in figure.axes[2:])
    assert np.array_equal(surest[:8, :, 0], images[1])
    assert np.array_equal(doubtful[:8, :, 0], images[3])


def test_values_are_rounded_and_never_rescaled():
    dim = np.full((1, 1, 2, 2), 0.499 / 255 + 0.2)
    assert (base.mosaic(dim) == 51).all()


def test_ink_is_bright_on_dark_everywhere():
    picture = base.mosaic(np.stack([np.zeros((2, 2)), np.ones((2, 2))])[None])
    assert picture[0, 0].tolist() == [0, 0, 0]
    assert picture[0, 2].tolist() == [255, 255, 255]


def test_a_mosaic_reads_like_a_page():
    grid = np.arange(6).reshape(2, 3)[:, :, None, None] * np.ones((1, 1, 4, 5))
    picture = base.mosaic(grid.astype(np.uint8))
    assert picture.shape == (8, 15, 3)
    assert picture[::4, ::5, 0].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_gaps_lie_between_tiles_only():
    picture = base.mosaic(np.zeros((2, 2, 3, 3), np.uint8), 1)
    assert picture.shape == (7, 7, 3)
    assert (picture[3] == base.GREY).all()


def test_a_file_carries_its_words_and_is_the_same_bytes_each_time(tmp_path, planes):
    for name in ("a.png", "b.png"):
        base.save(planes["scatter"], tmp_path / name, "Dots: Φ(z) ≥ ½.")
    assert base.read_words(tmp_path / "a.png") == (LOOK["title"], "Dots: Φ(z) ≥ ½.")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_every_figure_says_its_title(planes):
    for name, figure in planes.items():
        assert LOOK["title"] in words_on(figure), name


def test_inactive_axes_are_greyed():
    mean = np.random.default_rng(0).random((2, 3, 8, 8))
    figure = traversal.draw(mean, names=("a", "b"), active=(True, False), limit=3, **LOOK)
    picture = figure.axes[0].images[0].get_array()[..., 0].astype(int)
    assert np.ptp(picture[:8, :8]) > 200
    assert np.ptp(picture[9:17, :8]) < 100
    colours = [label.get_color() for label in figure.axes[0].get_yticklabels()]
    assert colours[0] != colours[1]


def test_the_strip_says_what_the_classifier_reads(planes):
    read = [text for text in planes["interpolation"].texts if text.get_text() in CLASSES]
    assert [text.get_text() for text in read] == ["zero", "zero", "two", "one"]
    assert [to_rgb(text.get_color()) for text in read[2:]] == [
        base.palette(3)[2],
        base.palette(3)[1],
    ]


def test_the_words_of_walks_say_which_other_classes_they_pass():
    ends = [interpolation.Walk(np.zeros((2, 2)), c, np.zeros((4, 8, 8))) for c in ((0, 1), (0, 2))]
    loop = interpolation.Walk(np.zeros((3, 2)), (0, 1, 0), np.zeros((2, 8, 8)))
    read = np.array([0, 2, 2, 1, 0, 0, 2, 2, 1, 1])
    told = interpolation.caption([ends, [loop]], read, CLASSES, conditional=False)
    assert "1 of 2 walks from class to class pass through another class" in told
    assert f"such as {CLASSES[0]}→{CLASSES[1]} through {CLASSES[2]}." in told


def test_walks_in_more_than_two_axes_have_no_map(codes):
    figure = interpolation.draw(
        [[walk()]], READ, np.zeros((90, 5)), codes.label, class_names=CLASSES, limit=LIMIT, **LOOK
    )
    assert not plane_axes(figure)


def test_curves_show_both_parts_and_the_floor():
    row = {"validation_elbo": -3.0, "train_elbo": -4.0, "reconstruction": -2.0, "kl": 1.0}
    row |= {"train_reconstruction": -2.5, "train_kl": 1.5}
    figure = curves.draw([row | {"epoch": e} for e in (1, 2)], floor=1.5, **LOOK)
    bound, reconstruction, divergence = (
        [line.get_ydata()[0] for line in axes.lines] for axes in figure.axes
    )
    assert (bound, reconstruction, divergence) == ([4, 3], [2.5, 2, 1.5], [1.5, 1])
    low, high = figure.axes[1].get_ylim()
    assert low < 1.5 < high


def test_quality_is_printed_on_the_maps(codes):
    keys = (
        "pca_explained_variance pca_knn_accuracy pca_trustworthiness knn_accuracy trustworthiness"
    )
    quality = dict.fromkeys(keys.split(), 0.5) | {
        "kl_divergence": 1.23,
        "knn_accuracy_latent": 0.97,
    }
    figure = tsne.draw(
        codes.mean,
        codes.mean,
        codes.label,
        quality=quality,
        perplexity=30,
        class_names=CLASSES,
        **LOOK,
    )
    note = figure.axes[1].get_xlabel()
    assert "perplexity 30" in note
    assert "1.23 nats" in note
    assert "97.0%" in note
    assert "97.0%" in tsne.caption(quality, n=90, perplexity=30)


def test_reconstructions_show_the_absolute_difference():
    x, mean = np.random.default_rng(0).random((2, 3, 2, 8, 8))
    figure = reconstructions.draw(x, mean, class_names=CLASSES, **LOOK)
    pictures = [axes.images[0].get_array()[..., 0].astype(int) for axes in figure.axes]
    assert np.abs(np.abs(pictures[0] - pictures[1]) - pictures[2])[:8, :8].max() <= 1


def test_a_conditional_page_has_a_panel_for_each_class():
    figure = manifold.draw_classes(np.zeros((3, 2, 2, 8, 8)), class_names=CLASSES, **LOOK)
    assert [axes.get_title("left") for axes in figure.axes] == list(CLASSES)


def test_the_conditional_grid_has_a_column_for_each_class():
    figure = conditional.draw(np.zeros((4, 3, 8, 8)), class_names=CLASSES, **LOOK)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == list(CLASSES)
