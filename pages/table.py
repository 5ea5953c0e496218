"""Words in columns."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Words in columns; the first names the row."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def right(self) -> list[bool]:
        """Which columns are set to the right: all but names and sentences."""
        columns = zip(*self.rows, strict=True)
        return [i > 0 and not any(" " in cell for cell in c) for i, c in enumerate(columns)]


def markdown_table(table: Table) -> list[str]:
    """The lines of a Markdown table."""
    rule = ["---:" if right else "---" for right in table.right]
    cells = ([cell.replace("|", "\\|") for cell in row] for row in table.rows)
    return ["| " + " | ".join(row) + " |" for row in [table.head, rule, *cells]]
