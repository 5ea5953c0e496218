"""Self-contained HTML pages: one file that opens from disk and asks no network for anything.

A page is a folder of plain files: `page.html`, a Jinja template; `page.css`; and `page.js`, if it
has a script, which may import others. The template gets the style as `css` and the scripts, joined
into one, as `js`, beside the functions `code` and `data_uri` and the values that its stage gives.
"""

import base64
import gzip
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from numpy import ndarray

_ALIGNMENT = 4
_IMPORT = re.compile(r'^import [^;]*"([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async |function |const )", re.MULTILINE)


def render(folder: Path, shared_css: Path, **values: object) -> str:
    """The page in `folder` as one text; values are escaped where the template puts them.

    Browsers load no module from disk, so all scripts come to stand in one scope: their names must
    differ, `import` and `export` fall away, and `page.js` comes last.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    js = "\n".join(map(_script, modules(folder / "page.js")))
    css = (file.read_text(encoding="utf-8") for file in (shared_css, folder / "page.css"))
    return environment.get_template("page.html").render(
        css=Markup("\n".join(css)),
        js=Markup(js),
        code=code,
        data_uri=data_uri,
        **values,
    )


def modules(script: Path) -> list[Path]:
    """A script after all that it imports, directly or not, each once; none if there is none."""
    seen: set[Path] = set()
    found: list[Path] = []

    def visit(file: Path) -> None:
        if file not in seen:
            seen.add(file)
            for name in _IMPORT.findall(file.read_text(encoding="utf-8")):
                visit((file.parent / name).resolve())
            found.append(file)

    if script.exists():
        visit(script.resolve())
    return found


def _script(file: Path) -> str:
    return _EXPORT.sub("", _IMPORT.sub("", file.read_text(encoding="utf-8")))


def data_uri(picture: bytes) -> str:
    """A PNG, GIF or WebP as an address that holds it."""
    kinds = {b"GIF": "gif", b"RIF": "webp"}
    kind = kinds.get(picture[:3], "png")
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"


def code(text: str) -> Markup:
    """A text in HTML, with what stands between backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def pack(arrays: Mapping[str, ndarray]) -> tuple[list[dict[str, Any]], str]:
    """Arrays as one gzipped blob in base64, and a table of what lies where in it.

    The same arrays give the same text. `pages/explorer/bytes.js` reads it.
    """
    table, blob = [], bytearray()
    for name, array in arrays.items():
        blob += bytes(-len(blob) % _ALIGNMENT)
        table.append(
            {
                "name": name,
                "type": array.dtype.name,
                "shape": list(array.shape),
                "offset": len(blob),
            }
        )
        blob += array.astype(array.dtype.newbyteorder("<")).tobytes()
    return table, base64.b64encode(gzip.compress(bytes(blob), mtime=0)).decode("ascii")
