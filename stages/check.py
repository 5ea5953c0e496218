"""Check every parameter before any work; write their schema, for editors."""

import json
from pathlib import Path

from pipeline.files import atomic_write
from pipeline.params import Params
from pipeline.run import run


def main(schema: Path) -> None:
    """`run` has checked the parameters; what is left is to say what they may be."""
    with atomic_write(schema) as file:
        file.write_text(json.dumps(Params.model_json_schema(), indent=1) + "\n")


if __name__ == "__main__":
    run(main)
