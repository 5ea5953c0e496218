"""GIFs, read back by Pillow."""

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from figures.animation import gif, gif_of_colours, sprite_sheet
from tests.vae.files.damage import WAYS, complaint

RAMP = np.linspace(0, 1, 12)[:, None, None] * np.ones((12, 7, 5))


def read(mean, **options):
    return Image.open(io.BytesIO(gif(mean, **{"pixels": 28, "milliseconds": 40} | options)))


def test_all_frames_are_there_in_order_and_brighten():
    shown = [np.asarray(f.convert("L")).mean() for f in ImageSequence.Iterator(read(RAMP))]
    assert len(shown) == 12
    assert shown == sorted(shown)


def test_it_loops_for_ever_at_the_pace_asked_for():
    image = read(RAMP)
    assert image.info["loop"] == 0
    assert {f.info["duration"] for f in ImageSequence.Iterator(image)} == {40}


def test_pixels_are_enlarged_whole():
    image = read(RAMP[:, :, :], pixels=28)
    assert image.size == (5 * 6, 7 * 6)
    blocks = np.asarray(image.convert("L")).reshape(7, 6, 5, 6)
    assert np.ptp(blocks, axis=(1, 3)).max() == 0


def test_sixteen_greys_no_further_from_the_value_than_half_a_step():
    noise = np.random.default_rng(0).random((3, 20, 20))
    frames = [np.asarray(f.convert("L")) for f in ImageSequence.Iterator(read(noise, pixels=20))]
    assert len(np.unique(frames)) <= 16
    assert np.abs(np.array(frames) / 255 - noise).max() <= 0.5 / 15 + 1e-6


def test_colours_are_as_near_as_256_of_them_come():
    hues = np.random.default_rng(0).random((4, 1, 1, 3)) * np.linspace(0, 1, 40)[:, None]
    frames = np.broadcast_to(hues, (4, 40, 40, 3))
    image = read(frames, pixels=40)
    found = np.array([np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(image)]) / 255
    assert np.abs(found - frames).mean() < 0.02
    assert len(np.unique(found.reshape(-1, 3), axis=0)) <= 256


def test_drawn_frames_of_too_many_colours_keep_the_colours_they_use_most():
    frames = np.zeros((3, 20, 20, 3), np.uint8)
    frames[:, :10] = (200, 30, 120)
    colours = [(i / 100, 0.5, 0.5) for i in range(100)]
    shown = Image.open(io.BytesIO(gif_of_colours(frames, colours, milliseconds=50)))
    found = np.asarray(shown.convert("RGB")).astype(int)
    assert np.abs(found - frames[0]).max() <= 2


def test_colour_images_stay_coloured():
    red = np.zeros((2, 6, 6, 3))
    red[0, ..., 0] = 1
    assert np.asarray(read(red).convert("RGB"))[0, 0].tolist() == [255, 0, 0]


def test_the_same_frames_give_the_same_bytes():
    assert gif(RAMP, pixels=28, milliseconds=45) == gif(RAMP, pixels=28, milliseconds=45)


def test_a_sprite_sheet_shows_every_frame_equally_long(tmp_path):
    """Two equal frames, which a GIF merges, are two again."""
    levels = np.array([0, 0, 1, 0.2, 0.4])
    moving = gif(levels[:, None, None] * np.ones((5, 4, 4)), pixels=8, milliseconds=40)
    (tmp_path / "walk.gif").write_bytes(moving)
    shown = sprite_sheet(tmp_path / "walk.gif")
    assert (shown.frames, shown.columns, shown.milliseconds) == (5, 3, 40)
    with Image.open(io.BytesIO(shown.png)) as sheet:
        pixels = np.array(sheet.convert("L"))
    corners = [pixels[i // 3 * shown.height, i % 3 * shown.width] for i in range(5)]
    assert corners == [0, 0, 255, 51, 102]


@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"cut in the middle"}))
def test_a_damaged_animation_is_told_with_the_remedy(way, tmp_path):
    """But for one that is cut between two frames."""
    (tmp_path / "walk.gif").write_bytes(WAYS[way](gif(RAMP, pixels=8, milliseconds=40)))
    assert complaint(sprite_sheet, tmp_path / "walk.gif").endswith("; draw it again")


def test_a_picture_that_does_not_move_is_told(tmp_path):
    Image.new("L", (2, 2)).save(tmp_path / "walk.gif")
    complaint(sprite_sheet, tmp_path / "walk.gif")
