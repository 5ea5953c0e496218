"""Pages: one file, nothing from elsewhere, values that cannot break out."""

import base64
import gzip

import numpy as np
import pytest
from jinja2 import UndefinedError

from pages.render import code, data_uri, modules, pack, render


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "page.js").write_text('import {\n  a,\n} from "./z.js";\nfirst(a);')
    (tmp_path / "z.js").write_text("export const a = '<';\nexport function first() {}\n")
    (tmp_path / "page.css").write_text("p > a { color: red; }")
    (tmp_path / "page.html").write_text("<style>{{ css }}</style><script>{{ js }}</script>{{ x }}")
    (tmp_path / "shared.css").write_text(":root { color: blue; }")
    return tmp_path


def test_modules_become_one_script_that_ends_with_the_page_s_own(folder):
    text = render(folder, folder / "shared.css", x="<b>&")
    assert "<script>const a = '<';\nfunction first() {}\n\nfirst(a);</script>" in text


def test_scripts_come_after_what_they_import_from_any_folder_and_once(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    for name, imported in {
        "a/page.js": ["./c.js", "../b/d.js"],
        "a/c.js": ["../b/d.js"],
        "b/d.js": ["./e.js"],
        "b/e.js": ["./d.js"],  # in a circle
        "a/never.js": [],
    }.items():
        lines = [f'import {{ x }} from "{file}";\n' for file in imported]
        (tmp_path / name).write_text("".join([*lines, f"{name};\n"]))
    found = [file.relative_to(tmp_path).as_posix() for file in modules(tmp_path / "a/page.js")]
    assert found == ["b/e.js", "b/d.js", "a/c.js", "a/page.js"]
    assert modules(tmp_path / "b/page.js") == []


def test_the_shared_style_comes_first(folder):
    text = render(folder, folder / "shared.css", x="")
    assert text.index(":root") < text.index("p > a { color: red; }")


def test_a_value_is_escaped(folder):
    assert render(folder, folder / "shared.css", x="<b>&").endswith("&lt;b&gt;&amp;")


def test_a_value_that_the_template_misses_is_an_error(folder):
    with pytest.raises(UndefinedError, match="x"):
        render(folder, folder / "shared.css")


def test_packed_arrays_lie_where_the_table_says():
    arrays = {
        "odd": np.arange(5, dtype=np.uint8),
        "half": np.array([[1.5, -2.25]], np.float16),
        "single": np.array([0.1, 1e-30], ">f4"),
        "whole": np.array([-7, 1 << 20], np.int32),
    }
    table, text = pack(arrays)
    blob = gzip.decompress(base64.b64decode(text))
    for row in table:
        assert row["offset"] % 4 == 0
        dtype = np.dtype(row["type"]).newbyteorder("<")
        found = np.frombuffer(blob, dtype, int(np.prod(row["shape"])), row["offset"])
        assert np.array_equal(found.reshape(row["shape"]), arrays[row["name"]])


def test_packing_leaves_no_time_in_the_bytes():
    _, text = pack({"a": np.zeros(3, np.uint8)})
    assert base64.b64decode(text)[4:8] == bytes(4)


def test_pictures_keep_their_kind():
    assert data_uri(b"GIF89a").startswith("data:image/gif;base64,")
    assert data_uri(b"RIFF....WEBP").startswith("data:image/webp;base64,")
    assert data_uri(b"\x89PNG") == "data:image/png;base64,iVBORw=="


def test_code_is_marked_and_all_else_escaped():
    assert code("run `a < b` & go") == "run <code>a &lt; b</code> &amp; go"
