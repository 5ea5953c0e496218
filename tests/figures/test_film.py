"""The film: dots, pictures and curve of every moment, in a frame that stands still."""

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from figures import film
from figures.animation import gif_of_colours
from figures.style import palette
from tests.figures.drawing import CLASSES, LIMIT, LOOK, clusters, plane_axes, training, words_on
from vae.files import records
from vae.film import Film
from vae.moments import moments

COMMON = {"class_names": CLASSES, "limit": LIMIT, **LOOK}


@pytest.fixture(scope="module")
def shown():
    return training(clusters(3))


@pytest.fixture(scope="module")
def frames(shown):
    return film.frames(shown, **COMMON)


@pytest.mark.parametrize("classes", [0, 3], ids=["unconditional", "conditional"])
def test_a_film_comes_back_from_its_file(tmp_path, classes):
    made = training(clusters(3), classes)
    records.save(made, tmp_path / "film.npz")
    for part, again in zip(made, records.load(Film, tmp_path / "film.npz"), strict=True):
        assert np.array_equal(part, again)


def on_screen(shown, moment):
    figure, show = film.screen(shown, **COMMON)
    show(moment)
    return figure


@pytest.mark.parametrize("moment", [0, 2, 4])
def test_dots_lie_where_the_codes_of_their_moment_are(shown, moment):
    (plane,) = plane_axes(on_screen(shown, moment))
    (dots,) = plane.collections
    assert np.array_equal(dots.get_offsets(), shown.mean[moment])
    assert plane.get_xlim() == plane.get_ylim() == (-LIMIT, LIMIT)
    colours = np.array(palette(3))[shown.label]
    assert dots.get_facecolors()[:, :3] == pytest.approx(colours)


def test_the_pictures_of_a_moment_are_in_its_frame_to_the_pixel(shown, frames):
    side = shown.pictures.shape[-1] * 10  # three tiles of 80 units at 100 dpi
    figure, _ = film.screen(shown, **COMMON)
    box = figure.axes[1].get_window_extent()
    top, left = round(len(frames[0]) - box.y1), round(box.x0)
    for moment, frame in enumerate(frames):
        picture = frame[top : top + 3 * side, left : left + 3 * side, 0]
        rows = picture.reshape(3, side, 3, side).swapaxes(1, 2)[..., ::10, ::10]
        assert np.array_equal(rows, shown.pictures[moment])


def test_the_curve_runs_along(shown):
    loss = [500.0, 251.75, 170.1667, 130.25, 107.0]  # 500 / n + 7 (n − 1) / 4
    for moment in range(5):
        curve = on_screen(shown, moment).axes[2]
        _, passed, marker, now = curve.lines
        assert passed.get_ydata() == pytest.approx(loss[: moment + 1], abs=1e-3)
        assert marker.get_xdata() == now.get_xdata() == [moment]
        assert curve.get_title("right").endswith(f"{loss[moment]:.1f}")


def test_steps_stand_on_the_curve_where_they_fall_between_moments(shown):
    curve = on_screen(shown, 0).axes[2]
    ticks = {t.get_text(): x for t, x in zip(curve.get_xticklabels(), curve.get_xticks(), strict=1)}
    expected = {"0": 0, "100": 1, "300": 1 + 2 / 3, "1,000": 3 + 1 / 7, "1,600": 4}
    assert ticks == pytest.approx(expected)


def test_steps_that_would_stand_too_near_to_each_other_are_left_out(shown):
    at_once = training(clusters(3))._replace(step=np.arange(5) * 100_000)
    ticks = on_screen(at_once, 0).axes[2].get_xticklabels()
    assert [t.get_text() for t in ticks] == ["0", "100,000", "300,000", "400,000"]


def test_classes_are_named_once_they_are_apart(shown):
    assert not set(CLASSES) & set(words_on(on_screen(shown, 0)))
    assert set(CLASSES) <= set(words_on(on_screen(shown, 4)))


def test_of_a_conditional_model_the_columns_are_named_and_not_the_dots():
    conditional = training(clusters(3), classes=3)
    figure = on_screen(conditional, 4)
    assert [text.get_text() for text in figure.axes[1].get_xticklabels()] == list(CLASSES)
    assert not set(CLASSES) & {text.get_text() for text in figure.axes[0].texts}


def test_the_still_shows_moments_of_the_beginning_and_the_last(shown):
    steps = np.array(moments(7582, 40))
    training_ = training(clusters(3), moments=40)._replace(step=steps)
    titles = [axes.get_title("left") for axes in film.draw(training_, **COMMON).axes]
    seen = [int(t.split()[1].replace(",", "")) for t in titles if t.startswith("step ")]
    assert len(seen) == 3
    assert 0 < seen[0] < 400
    assert seen[-1] == 7582


def test_the_gif_holds_every_frame_in_the_colours_of_the_classes(frames):
    content = gif_of_colours(frames, film.colours(3), milliseconds=70)
    with Image.open(io.BytesIO(content)) as moving:
        assert moving.info["loop"] == 0
        read = [np.asarray(f.convert("RGB")).astype(int) for f in ImageSequence.Iterator(moving)]
        assert moving.info["duration"] == 70
    assert len(read) == len(frames)
    for frame, expected in zip(read, frames, strict=True):
        grey = np.ptp(expected.astype(int), axis=-1) == 0
        assert np.abs(frame - expected)[grey].max() < 255 / 15
    last = read[-1].reshape(-1, 3)
    for colour in palette(3):
        dot = 1 - 0.6 * (1 - np.array(colour))  # dots let a little of the paper through
        assert (last == np.rint(255 * dot)).all(axis=1).sum() > 20


def test_the_caption_says_where_the_bound_began_and_ended(shown):
    said = film.caption(shown, limit=LIMIT)
    assert "falls from 500.0 nats before the first step to 107.0 after step 1,600" in said
    assert "of that 7.0 are the KL" in said
    assert "an even grid of 3×3 codes" in said
    assert "as a class in each column" in film.caption(
        training(clusters(3), classes=3), limit=LIMIT
    )
