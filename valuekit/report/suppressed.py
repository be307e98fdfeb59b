"""The disclosure officer's report: each figure that the public tables hide, and why. Never public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from valuekit.mart import Mart
from valuekit.report.audience import Row, open_mart, rows
from valuekit.report.show import Block, Table, Words
from valuekit.report.tables import table
from valuekit.report.words import about
from valuekit.report.words.numbers import number, upper_first

KINDS = ("primary", "secondary")


class Suppressed:
    """What disclosure control hid in this release."""

    def __init__(self, mart: Mart):
        self.mart = mart
        self.rows = rows(mart.table("suppression"))

    def banner(self) -> Words:
        """What the figures are from, and that they are made up where they are."""
        return Words(about.made_from(self.mart.about))

    def summary(self) -> Block:
        """How many are hidden, and in which tables."""
        kinds = Counter(row.kind for row in self.rows)
        if not self.rows:
            return Block.of(Words(("No figure is hidden in public.",)))
        said = (
            f"{number(len(self.rows))} figures are hidden in public: {number(kinds['primary'])} that would "
            f"tell of few people, and {number(kinds['secondary'])} with which such a figure could be had."
        )
        by_table = _counted("suppressed-tables", "table", self.rows)
        return Block.of(Words((said,)), by_table, _counted("suppressed-reasons", "reason", self.rows))

    def every_one(self) -> Block:
        """Each hidden figure: its table, row and columns, and the reason."""
        if not self.rows:
            return Block.of(Words(("There is none to list.",)))
        every = table(
            "suppressed",
            "Every figure that is hidden in public, in the order of the tables.",
            {
                "Table": [row.title for row in self.rows],
                "Row": [row.row for row in self.rows],
                "Columns": [row.column for row in self.rows],
                "Reason": [upper_first(row.reason) for row in self.rows],
                "Kind": [upper_first(row.kind) for row in self.rows],
            },
            widths=(2.4, 4, 2, 2.2, 1.4),
        )
        return Block.of(every)


def _counted(id: str, by: str, hidden: Sequence[Row]) -> Table:
    """Hidden figures by table or by reason, the most first; those of one row that go together are one."""
    key = "title" if by == "table" else "reason"
    names = [name for name, _ in Counter(getattr(row, key) for row in hidden).most_common()]
    count = Counter((getattr(row, key), row.kind) for row in hidden)
    return table(
        id,
        f"Hidden figures by {by}. Figures of one row that are hidden together count once.",
        {
            upper_first(by): [upper_first(name) for name in names],
            **{upper_first(kind): [number(count[name, kind]) for name in names] for kind in KINDS},
        },
        numbers=[upper_first(kind) for kind in KINDS],
        widths=(4, 1, 1),
    )


def suppressed() -> Suppressed:
    """The disclosure officer's report, from the mart of this document's audience."""
    return Suppressed(open_mart())
