"""What a benchmark found, as a table that can be pasted into the README and as JSON."""

from collections.abc import Iterable
from typing import Any, NamedTuple

Cell = str | int | float


class Share(float):
    """A part of a whole, shown in percent."""

    def __str__(self) -> str:
        return f"{100 * self:.1f} %"


class Section(NamedTuple):
    """One benchmark: a title, a sentence on how it was measured, and its rows."""

    name: str  # what `--only` calls it
    title: str
    note: str
    rows: list[dict[str, Cell]]  # all with the same keys, which are the column heads

    def markdown(self) -> str:
        """Heading, note and table."""
        lines = [f"### {self.title}", "", self.note]
        if self.rows:
            heads = list(self.rows[0])
            lines += ["", _line(heads), _line(_rule(self.rows, head) for head in heads)]
            lines += [_line(shown(cell) for cell in row.values()) for row in self.rows]
        return "\n".join([*lines, ""])

    def facts(self) -> dict[str, Any]:
        """The same as plain values, with nothing rounded."""
        return {"title": self.title, "note": self.note, "rows": self.rows}


def shown(cell: Cell) -> str:
    """A cell as text: shares in percent, numbers with three digits that count."""
    if isinstance(cell, Share) or not isinstance(cell, int | float):
        return str(cell)
    return f"{cell:,.0f}" if isinstance(cell, int) or cell >= 100 else f"{cell:.3g}"


def share(part: float, whole: float) -> Cell:
    """`part` of `whole`; a dash where there is no whole."""
    return Share(part / whole) if whole else "–"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _rule(rows: list[dict[str, Cell]], head: str) -> str:
    return "---:" if all(isinstance(row[head], int | float) for row in rows) else "---"
