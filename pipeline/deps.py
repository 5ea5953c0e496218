"""Write the code dependencies of every stage, from the imports, into each dvc.yaml: `make deps`.

A stage depends on its script and on each module that the script imports, directly or not, anywhere
in it. A folder of which it imports every module stands for its files. Modules of `pipeline/` are
left out, since nothing there can change what a stage writes. All other dependencies in a list stay
as they are.
"""

import ast
import re
import sys
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

LEFT_OUT = "pipeline/"
_LIST = re.compile(r"^( *)deps: \[([^]]*)\]", re.MULTILINE)
_WIDTH = 100


def main() -> None:
    """Rewrite every dvc.yaml; with `--check`, name those that would change and exit with 1."""
    stale = []
    for file in pipelines(Path()):
        text = file.read_text(encoding="utf-8")
        if text != (fresh := rewritten(text)):
            stale.append(file)
            if "--check" not in sys.argv:
                file.write_text(fresh, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"{', '.join(map(str, stale))}: run `make deps`")


def pipelines(root: Path) -> list[Path]:
    """Every dvc.yaml of the project, and none of an environment's or of DVC's own copies."""
    return [*root.glob("dvc.yaml"), *sorted(root.glob("[!.]*/**/dvc.yaml"))]


def rewritten(text: str) -> str:
    """The text of a dvc.yaml with the code dependencies that its stages have."""
    stages = [stage.get("do", stage) for stage in YAML(typ="safe").load(text)["stages"].values()]
    scripts = iter([_script(stage["cmd"]) for stage in stages if "deps" in stage])

    def renew(found: re.Match[str]) -> str:
        indent, items = found[1], [item.strip() for item in found[2].split(",") if item.strip()]
        script = next(scripts)
        own = [item for item in items if not _is_code(item)]
        code = [file for file in code_of(script) if not any(_inside(file, item) for item in own)]
        listed = textwrap.fill(
            ", ".join([*own, *code]),
            _WIDTH,
            initial_indent=f"{indent}deps: [",
            subsequent_indent=f"{indent}  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        return f"{listed}]"

    return _LIST.sub(renew, text)


def code_of(script: str) -> list[str]:
    """Files and whole folders that a script runs: itself first, the others by name.

    Args:
        script: from the root, as are the results.
    """
    files = closure(script)
    folders = {Path(file).parent for file in files if file != script}
    whole = {
        folder
        for folder in folders
        if {module.as_posix() for module in folder.glob("*.py")} <= files
    }
    named = {Path(file).parent.as_posix() if Path(file).parent in whole else file for file in files}
    return [script, *sorted(named - {script})]


def closure(script: str) -> set[str]:
    """A script and all modules of the project that it imports, but for those of `pipeline/`."""
    seen, todo = {script}, [script]
    while todo:
        new = {file for file in imports(todo.pop()) if not file.startswith(LEFT_OUT)} - seen
        seen |= new
        todo += new
    return seen


@cache
def imports(file: str) -> frozenset[str]:
    """The modules of the project that a file imports, with the packages that hold them.

    A package's `__init__.py` counts if it does anything.
    """
    found = set()
    for name in _imported(ast.parse(Path(file).read_text(encoding="utf-8"))):
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            place = Path(*parts[:depth])
            if (place / "__init__.py").is_file():
                found.add(place / "__init__.py")
            elif place.with_suffix(".py").is_file():
                found.add(place.with_suffix(".py"))
    return frozenset(path.as_posix() for path in found if _does_something(path))


def _imported(tree: ast.Module) -> Iterator[str]:
    """Dotted names of what is imported, modules and names in them alike."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _does_something(file: Path) -> bool:
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return any(not isinstance(node, ast.Expr) for node in body)


def _script(command: str) -> str:
    return command.split()[2].replace(".", "/") + ".py"


def _is_code(item: str) -> bool:
    """Whether a dependency is written here: a module, or a folder that holds only modules."""
    if item.startswith(LEFT_OUT):
        return False
    files = [file for file in Path(item).glob("*") if file.is_file()]
    return item.endswith(".py") or (bool(files) and all(file.suffix == ".py" for file in files))


def _inside(file: str, folder: str) -> bool:
    return Path(file).is_relative_to(folder)


if __name__ == "__main__":
    main()
