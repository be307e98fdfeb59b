"""What a table of the mart is: its name, what one row is, its columns, who may have it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its name, its kind (``text``, ``integer``, ``number``, ``date``, ``flag``), its note."""

    name: str
    kind: str
    note: str


@dataclass(frozen=True)
class Table:
    """One table of the mart: `grain` says what one row is; `audiences` who may have it."""

    name: str
    title: str
    grain: str
    columns: tuple[Column, ...]
    audiences: tuple[str, ...] = ("public", "board", "clinical")

    @property
    def names(self) -> str:
        """The names of its columns, in order, with spaces between."""
        return " ".join(column.name for column in self.columns)


def columns(text: str) -> tuple[Column, ...]:
    """Columns written one a line: ``name | kind | note``."""
    rows = (line.split("|") for line in text.splitlines() if line.strip())
    return tuple(Column(name.strip(), kind.strip(), note.strip()) for name, kind, note in rows)


FIGURE = """
n          | integer | People the figure is about
value      | number  | The figure, in the measure's unit; empty when not shown
lower      | number  | Lower end of the 95% interval
upper      | number  | Upper end of the 95% interval
shown      | flag    | Whether the figure may be shown
reason     | text    | Why it is not shown: 'too few', 'not yet due', 'suppressed'
"""
