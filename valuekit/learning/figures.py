"""The published figures of a case: one small table beside it, of which chart, table and sentence are made."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from valuekit.config import nearest
from valuekit.errors import Problem
from valuekit.learning.plain import fault_of
from valuekit.measures.statistics import intervals

COLUMNS = (
    "measure",
    "group",
    "about",
    "figure",
    "n",
    "against",
    "against_figure",
    "against_n",
    "unit",
    "direction",
    "source",
    "page",
)
NEEDED = ("measure", "group", "figure", "unit", "direction", "source")
NUMBERS = ("figure", "n", "against_figure", "against_n")
ABOUT = ("about", "more than", "less than", "just under", "expected")
DIRECTIONS = ("increase", "decrease", "neutral")
LONGEST, MOST_ROWS, LARGEST = 300, 50, 200_000
"""Characters of a cell; rows of a table; bytes of a file."""

_UNIT = re.compile(r"^(%|£|[a-z][a-z ]{0,30})$")


@dataclass(frozen=True)
class Figure:
    """One published figure, and what it stands against. Shares are in per cent, as published."""

    measure: str
    group: str
    about: str
    figure: float
    n: float | None
    against: str
    against_figure: float | None
    against_n: float | None
    unit: str
    direction: str
    source: str
    page: str

    @property
    def sizes(self) -> tuple[float | None, ...]:
        """People behind the figure and, where it stands against one, behind the other."""
        return (self.n,) if self.against_figure is None else (self.n, self.against_n)


def read_figures(file: Path, name: str, sources: Collection[str]) -> tuple[list[Figure], list[Problem]]:
    """The figures in `file` (called `name` in faults), and every fault with its row and column.

    Parameters
    ----------
    sources
        Short names of the publications that the case names.
    """
    if not file.is_file() or file.is_symlink():
        return [], [
            Problem("the table of figures is not there", name, do="Write it as docs/learning.md shows.")
        ]
    if (size := file.stat().st_size) > LARGEST:
        return [], [Problem(f"has {size:,} bytes", name, do=f"Shorten it to {LARGEST:,} bytes or fewer.")]
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [Problem(f"not UTF-8 text (byte {error.start})", name, do="Save the file as UTF-8 CSV.")]
    try:
        lines = [
            row for row in csv.reader(text.splitlines(), strict=True) if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        return [], [Problem(f"not CSV: {error}", name, do="Check the quotes and commas.")]
    if not lines or [cell.strip() for cell in lines[0]] != list(COLUMNS):
        return [], [
            Problem(
                "the header is not that of a table of figures",
                f"{name}, row 1",
                do="Write: " + ",".join(COLUMNS),
            )
        ]
    if not 2 <= len(lines) <= MOST_ROWS + 1:
        return [], [Problem(f"has {len(lines) - 1} rows", name, do=f"Give 1 to {MOST_ROWS} figures.")]
    figures, problems = [], []
    for row, cells in enumerate(lines[1:], start=2):
        found = list(_faults(cells, f"{name}, row {row}", sources))
        problems += found
        if not found:
            figures.append(_figure(cells))
    return figures, problems


def _faults(cells: Sequence[str], where: str, sources: Collection[str]) -> Iterator[Problem]:
    if len(cells) != len(COLUMNS):
        yield Problem(
            f"has {len(cells)} cells, not {len(COLUMNS)}",
            where,
            do="Quote a text that holds a comma; end no row early.",
        )
        return
    row = {column: cell.strip() for column, cell in zip(COLUMNS, cells, strict=True)}

    def fault(column: str, what: str, do: str) -> Problem:
        return Problem(what, f"{where}, column {column}", do=do)

    for column in NEEDED:
        if not row[column]:
            yield fault(column, "is empty", "Fill it.")
    for column in NUMBERS:
        if row[column] and _number(row[column]) is None:
            yield fault(column, "is not a number", "Write digits and a point only: 13 or 90.5.")
        elif row[column] and column.endswith("n") and not _number(row[column]) > 0:
            yield fault(column, "is not above nought", "Leave it empty where it is not stated.")
    for column in ("measure", "group", "against", "page"):
        text = row[column]
        if text and (wrong := fault_of(text, LONGEST)):
            yield fault(column, f"is not plain words: {wrong}", "Write it in plain words.")
    for column, valid in (("about", ("", *ABOUT)), ("direction", DIRECTIONS), ("source", tuple(sources))):
        if row[column] not in valid and (row[column] or column == "about"):
            yield fault(
                column,
                f"'{row[column]}' is not a valid {column}",
                nearest(row[column], [v for v in valid if v]),
            )
    if row["unit"] and not _UNIT.fullmatch(row["unit"]):
        yield fault("unit", f"'{row['unit']}' is not a unit", "Write %, £ or small words such as people.")
    if bool(row["against"]) != bool(row["against_figure"]):
        yield fault("against", "goes with against_figure", "Fill both, or neither.")
    if row["unit"] == "%":
        for column in ("figure", "against_figure"):
            value = _number(row[column])
            if value is not None and not 0 <= value <= 100:
                yield fault(
                    column, "is no share", "Write a share from 0 to 100; give another unit to anything else."
                )


def _number(text: str) -> float | None:
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", text):
        return None
    return float(text)


def _figure(cells: Sequence[str]) -> Figure:
    row = {column: cell.strip() for column, cell in zip(COLUMNS, cells, strict=True)}
    values = {column: _number(row[column]) if column in NUMBERS else row[column] for column in COLUMNS}
    return Figure(**values)  # type: ignore[arg-type]


def bounds(share: float | None, n: float | None, unit: str) -> tuple[float | None, float | None]:
    """Ends of the 95% Wilson interval of a share in per cent; none without `n` or for another unit."""
    if share is None or n is None or unit != "%":
        return None, None
    found = intervals.share(share / 100 * n, n)
    return float(found.lower) * 100, float(found.upper) * 100


def difference(figure: Figure) -> tuple[float | None, float | None, float | None]:
    """`figure` less what it stands against, and the ends of Newcombe's 95% interval for two shares."""
    if figure.against_figure is None:
        return None, None, None
    size = figure.figure - figure.against_figure
    if figure.unit != "%" or figure.n is None or figure.against_n is None:
        return size, None, None
    found = intervals.difference_of_shares(
        figure.figure / 100 * figure.n,
        figure.n,
        figure.against_figure / 100 * figure.against_n,
        figure.against_n,
    )
    lower, upper = float(found.lower) * 100, float(found.upper) * 100
    return size, *((None, None) if math.isnan(lower) else (lower, upper))
