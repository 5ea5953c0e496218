"""Outputs that are whole or absent: an old one stays until a new one is done."""

import pytest

from pipeline.files import atomic_write
from tests.pipeline.listing import files
from vae.files.errors import InputError


@pytest.fixture(params=["file", "folder"])
def kind(request):
    return request.param


def write(kind, path, text):
    """One file, or a folder with one file that is called as it reads."""
    if kind == "folder":
        path.mkdir()
        path /= text
    path.write_text(text)


def test_a_fresh_output_replaces_the_old_one_whole(kind, tmp_path):
    write(kind, tmp_path / "out.dat", "old")
    with atomic_write(tmp_path / "out.dat") as temporary:
        write(kind, temporary, "new")
    assert files(tmp_path) == {"out.dat" if kind == "file" else "out.dat/new": b"new"}


def test_a_fresh_output_is_not_to_be_seen_before_it_is_whole(kind, tmp_path):
    with atomic_write(tmp_path / "out.dat") as temporary:
        write(kind, temporary, "new")
        assert not (tmp_path / "out.dat").exists()


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_the_old_output_and_no_temporary(error, kind, tmp_path):
    write(kind, tmp_path / "out.dat", "old")
    before = files(tmp_path)
    with pytest.raises(error), atomic_write(tmp_path / "out.dat") as temporary:
        write(kind, temporary, "new")
        raise error
    assert files(tmp_path) == before


def test_what_a_killed_stage_left_behind_is_no_obstacle(kind, tmp_path):
    with pytest.raises(InputError), atomic_write(tmp_path / "out.dat") as temporary:
        raise InputError
    write(kind, temporary, "half")
    with atomic_write(tmp_path / "out.dat") as temporary:
        write(kind, temporary, "new")
    assert files(tmp_path) == {"out.dat" if kind == "file" else "out.dat/new": b"new"}


def test_a_fresh_output_makes_its_folders(tmp_path):
    with atomic_write(tmp_path / "a" / "b" / "out.dat") as temporary:
        write("file", temporary, "new")
    assert files(tmp_path) == {"a/b/out.dat": b"new"}


def test_a_temporary_has_the_suffix_by_which_writers_choose_a_format(tmp_path):
    with pytest.raises(InputError), atomic_write(tmp_path / "out.npz") as temporary:
        assert temporary.suffix == ".npz"
        raise InputError


def test_the_old_file_can_be_read_while_a_new_one_is_written(tmp_path):
    write("file", tmp_path / "out.dat", "old")
    with atomic_write(tmp_path / "out.dat") as temporary:
        write("file", temporary, "new")
        assert (tmp_path / "out.dat").read_text() == "old"


def test_two_outputs_of_one_folder_do_not_share_a_temporary(tmp_path):
    with atomic_write(tmp_path / "a.npz") as a, atomic_write(tmp_path / "b.npz") as b:
        write("file", a, "a")
        write("file", b, "b")
    assert files(tmp_path) == {"a.npz": b"a", "b.npz": b"b"}
