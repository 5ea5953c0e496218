"""Folders of pictures as data sets: classes, parts, sizes and channels, and what is told."""

import re
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from vae.datasets.image_folder import Options
from vae.datasets.readers import read
from vae.files.errors import InputError

COUNTS = {"ape": 10, "bee": 5, "cat": 2}


def picture(number, size=(3, 2), mode="L"):
    """A picture that is told from others by its level."""
    return Image.new(mode, size, (number,) * len(mode) if mode != "L" else number)


@pytest.fixture
def lay(tmp_path):
    """Put pictures of a number into files of a folder, which is returned."""

    def lay_(files):
        for name, image in files.items():
            path = tmp_path / "mine" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            image.save(path) if hasattr(image, "save") else path.write_bytes(image)
        return tmp_path / "mine"

    return lay_


def of_counts(counts=COUNTS):
    names = [f"{name}/{i}.png" for name, count in counts.items() for i in range(count)]
    return {name: picture(number) for number, name in enumerate(names)}


def load(folder, **options):
    return read("folder", folder, folder, Options(**options))


def levels(part):
    return part.x[:, 0, 0].tolist()


def complaint(folder, **options):
    with pytest.raises(InputError) as caught:
        load(folder, **options)
    first, *lines = str(caught.value).splitlines()
    assert first.startswith(f"{folder}: ") and first.endswith("; see its README.md:")
    return lines


def test_each_folder_is_a_class_of_its_name(lay):
    files = of_counts()
    train, test, classes = load(lay(files))
    assert classes == ("folder", ("ape", "bee", "cat"))
    named = dict(enumerate(name.split("/")[0] for name in files))
    for part in (train, test):
        assert [classes.names[y] for y in part.y] == [named[level] for level in levels(part)]


def test_every_picture_comes_once_and_of_each_class_its_share_to_test(lay):
    train, test, _ = load(lay(of_counts()), test_share=0.2)
    assert sorted(levels(train) + levels(test)) == list(range(17))
    assert Counter(test.y.tolist()) == {0: 2, 1: 1, 2: 1}


def test_however_large_the_share_a_class_keeps_a_picture_to_train_on(lay):
    train, _, _ = load(lay(of_counts()), test_share=0.99)
    assert set(train.y.tolist()) == {0, 1, 2}


def test_the_seed_alone_draws_the_parts_and_their_order(lay):
    folder = lay(of_counts())
    one, same, other = (load(folder, split_seed=seed) for seed in (1, 1, 2))
    assert levels(one.train) == levels(same.train) and levels(one.test) == levels(same.test)
    assert set(levels(one.test)) != set(levels(other.test))


def test_classes_come_mixed(lay):
    y = load(lay(of_counts({"ape": 30, "bee": 30}))).train.y
    assert (np.diff(y) != 0).sum() > 10


def test_an_added_picture_moves_one_other_at_most(lay):
    before = load(lay(of_counts({"ape": 20})))
    for name in "abcdefgh":
        folder = lay({f"ape/{name}.png": picture(99)})
        moved = set(levels(before.test)) ^ set(levels(load(folder).test))
        assert len(moved - {99}) <= 1
        (folder / f"ape/{name}.png").unlink()


def test_parts_that_are_given_are_taken(lay):
    files = {f"train/{n % 2}/{n}.png": picture(n) for n in range(6)}
    files |= {f"test/{n % 2}/{n}.png": picture(n) for n in range(6, 9)}
    train, test, _ = load(lay(files))
    assert (sorted(levels(train)), sorted(levels(test))) == (list(range(6)), [6, 7, 8])


@pytest.mark.parametrize("where", ["{}.png", "only/{}.png"])
def test_pictures_without_labels_are_of_one_class(where, lay):
    train, test, classes = load(lay({where.format(n): picture(n) for n in range(20)}))
    assert len(classes.names) == 1 and not train.y.any() and not test.y.any()
    assert (len(train.x), len(test.x)) == (16, 4)


def test_classes_that_are_numbers_are_counted_as_such(lay):
    files = {f"{name}/{n}.png": picture(n) for name in range(12) for n in range(2)}
    assert load(lay(files)).classes.names == tuple(map(str, range(12)))


def test_a_hundred_classes_are_read(lay):
    files = {f"class {name}/{n}.png": picture(n) for name in range(100) for n in range(2)}
    data = load(lay(files))
    assert len(data.classes.names) == 100 == len(set(data.test.y.tolist()))


def test_what_systems_leave_behind_is_ignored(lay):
    rubbish = (".DS_Store", "ape/Thumbs.db", "ape/.x.png", "__MACOSX/ape/0.png", "bee/desktop.ini")
    folder = lay(of_counts() | dict.fromkeys((*rubbish, "README.md"), b"rubbish"))
    assert load(folder).classes.names == ("ape", "bee", "cat")


@pytest.mark.parametrize("suffix", ["PNG", "jpg", "JPEG", "webp", "bmp", "tif", "tiff"])
def test_pictures_may_be_called(suffix, lay):
    data = load(lay({f"ape/{n}.{suffix}": picture(n) for n in range(15)}))
    assert (len(data.train.x), len(data.test.x)) == (12, 3)


def test_sizes_that_agree_are_kept(lay):
    assert load(lay(of_counts())).train.image_shape == (2, 3)


def test_all_are_brought_to_the_size_that_is_asked(lay):
    files = {f"ape/{n}.png": picture(n, size=(5 + n, 9)) for n in range(15)}
    assert load(lay(files), size=[4, 7]).train.image_shape == (4, 7)


def test_sizes_that_disagree_are_told_with_the_remedy(lay):
    folder = lay(of_counts() | {"ape/3.png": picture(3, size=(4, 4))})
    assert complaint(folder) == [
        f"  {folder}/ape/3.png is 4×4, others 2×3; give dataset.size, to which all are brought"
    ]


@pytest.mark.parametrize(
    "channels, mode, shape",
    [(None, "L", (2, 3)), (None, "RGB", (2, 3, 3)), (1, "RGB", (2, 3)), (3, "L", (2, 3, 3))],
)
def test_channels_are_those_asked_or_those_of_any_colour(channels, mode, shape, lay):
    files = of_counts() | {"ape/3.png": picture(3, mode=mode)}
    assert load(lay(files), channels=channels).train.image_shape == shape


WRONG = {
    "no picture": ({"README.md": b"x"}, "holds no pictures"),
    "an empty class": (of_counts() | {"dog/.keep": b""}, "dog is empty"),
    "a class of one": (of_counts() | {"dog/0.png": picture(0)}, "dog has one picture; a class"),
    "a stray picture": (of_counts() | {"0.png": picture(0)}, "0.png lies beside the folders of"),
    "a folder in a class": (of_counts() | {"ape/x/0.png": picture(0)}, "x is a folder in that"),
    "another file": (of_counts() | {"ape/0.heic": b"x"}, "0.heic is none of .bmp, .jpeg"),
    "a class to test alone": (
        {f"train/a/{n}.png": picture(n) for n in range(4)} | {"test/b/0.png": picture(0)},
        "b has pictures of a class of which train/ has none",
    ),
    "training images alone": (
        {f"train/a/{n}.png": picture(n) for n in range(4)},
        "train/a is a folder in that of a class",
    ),
    "a name that cannot be shown": (of_counts() | {"a\nb/0.png": picture(0)}, "cannot be shown"),
}


@pytest.mark.parametrize("files, told", WRONG.values(), ids=WRONG)
def test_a_folder_that_is_no_data_set_is_told(files, told, lay):
    assert any(told in line for line in complaint(lay(files)))


def test_a_folder_that_may_not_be_read_is_told(lay, monkeypatch):
    folder = lay(of_counts())
    real = type(folder).iterdir

    def listed(path):
        if path.name == "bee":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(type(folder), "iterdir", listed)
    assert f"  {folder}/bee cannot be read: Permission denied" in complaint(folder)


def test_all_bad_files_are_told_at_once(lay):
    bad = {"ape/0.png": b"", "bee/1.png": b"x", "cat/1.png": b"\x89PNG\r\n\x1a\n"}
    told = "\n".join(complaint(lay(of_counts() | bad)))
    assert all(name in told for name in bad)


def test_of_very_many_bad_files_the_first_are_told_and_the_others_counted(lay):
    lines = complaint(lay(of_counts() | {f"ape/{n}.png": b"" for n in range(100, 150)}))
    assert len(lines) == 21
    assert lines[-1] == "  and 30 more"


def test_fewer_pictures_than_a_training_needs_are_told(lay):
    with pytest.raises(InputError, match=r"mine: 1 test images .*see its README.md"):
        load(lay(of_counts({"ape": 4})))


def test_a_link_to_a_folder_above_ends(lay):
    folder = lay(of_counts())
    (folder / "loop").symlink_to(folder)
    assert any(re.search("loop/ape is a folder in that of a class", s) for s in complaint(folder))
