"""Set the data set in params.yaml, as `make DATASET=…` asks.

`dvc exp run -S` would do it, too, but stops with "failed to load directory" where it checks out
cached results over those of a commit that was run elsewhere (DVC 3.67).
"""

import re
import sys

from pipeline.files import atomic_write
from pipeline.run import PARAMS

_NAME = re.compile(r"^(dataset:\n(?: .*\n)*?  name: )\S+", re.MULTILINE)


def main(name: str) -> None:
    """Leave all else in the file as it is, to the byte."""
    content, found = _NAME.subn(rf"\g<1>{name}", PARAMS.read_text(encoding="utf-8"))
    if not found:
        sys.exit(f"{PARAMS}: there is no dataset.name to be set")
    with atomic_write(PARAMS) as file:
        file.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
