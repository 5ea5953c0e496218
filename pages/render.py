"""Self-contained HTML pages: one file that opens from disk and asks no network for anything.

A page is a folder of plain files: `page.html`, a Jinja template; `page.css`; and `page.js` with the
modules that it imports, if it has any. The template gets the style as `css` and the scripts, joined
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
_IMPORT = re.compile(r"^import [^;]*;\n|^export (?=async |function |const )", re.MULTILINE)


def render(folder: Path, shared_css: Path, **values: object) -> str:
    """The page in `folder` as one text; values are escaped where the template puts them.

    Browsers load no module from disk, so all scripts come to stand in one scope: their names must
    differ, imports and `export` fall away, and `page.js` comes last.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    scripts = sorted(folder.glob("*.js"), key=lambda file: (file.stem == "page", file.name))
    js = "\n".join(_IMPORT.sub("", file.read_text(encoding="utf-8")) for file in scripts)
    css = (file.read_text(encoding="utf-8") for file in (shared_css, folder / "page.css"))
    return environment.get_template("page.html").render(
        css=Markup("\n".join(css)),
        js=Markup(js),
        code=code,
        data_uri=data_uri,
        **values,
    )


def data_uri(picture: bytes) -> str:
    """A PNG or GIF as an address that holds it."""
    kind = "gif" if picture.startswith(b"GIF") else "png"
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
