"""Which released figures moved: every public table of the last release against what it says now.

Both sides are the downloads as they were, or are, published: nothing is compared that is not public, so a
comparison tells no more than its two sides.

A figure is the same figure where the keys of its row and the interval of which it speaks are the same. Rows
that speak of no interval (totals "to date") can be compared only within one month, for a correction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from valuekit.mart import TABLES
from valuekit.mart.spreadsheets import harmless
from valuekit.measures.protection.declared import DECLARED
from valuekit.release.sign_off import LargestMove, SignOff

INTERVALS = (
    "period", "period_start", "month", "words", "year_words", "before_words", "after_words", "later_words",
    "first", "last", "file", "basis",
)  # fmt: skip
"""Columns that say of what time (or file) a row speaks."""

PROGRAMME = {
    "programme": ("cost", "benefit", "npv", "roi"),
    "programme_month": ("cost", "benefit"),
    "programme_line": ("actual", "forecast"),
    "programme_case": ("npv", "roi"),
}
"""Figures that need no protection, as they tell of no patient, and are this trust's all the same."""

FORECASTS = ("programme",)
"""Tables that look ahead: each month they say something new of the same years."""

STAYS = ("period", "month")
"""Keys by which a row should still be there a month later: others, of a moving window, are superseded."""

SAME_WITHIN = 1.5e-6
"""Downloads have six digits after the point."""

COLUMNS = (
    "figure", "table", "row", "column", "old", "new", "beyond_the_bound", "reason", "says"
)  # fmt: skip


@dataclass(frozen=True)
class Move:
    """One released figure that has another value now.

    Attributes
    ----------
    figure
        ``service/measure/interval``, as explanations name it; the table where a row is of no measure.
    row
        The other keys of its row: ``fifth 1``.
    old, new
        As published; `new` is empty where it is no longer shown.
    judged
        Whether it is held to the bound: not the ends of intervals, nor what is worked out from others.
    """

    figure: str
    table: str
    row: str
    column: str
    old: str
    new: str
    judged: bool
    beyond: bool
    reason: str = ""
    says: str = ""


def moves(old: Path, new: Path, bound: LargestMove, same_month: bool) -> list[Move]:
    """Every figure of the downloads in `old` that is another in `new`, in the order of tables and rows.

    Parameters
    ----------
    old, new
        Folders of the public tables as CSV.
    same_month
        Whether both speak of one month (a correction), so that totals to date compare too.
    """
    found: list[Move] = []
    for table in TABLES:
        files = old / f"{table}.csv", new / f"{table}.csv"
        if table in DECLARED and figures_of(table) and files[0].is_file():
            before = _read(files[0])
            now = _read(files[1]) if files[1].is_file() else before.iloc[:0]
            found += _moves_of(table, before, now, bound, same_month)
    return found


def _read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def figures_of(table: str) -> list[str]:
    """Columns of a public table that hold this trust's figures."""
    if table in PROGRAMME:
        return list(PROGRAMME[table])
    numbers = [column.name for column in TABLES[table].columns if column.kind in ("integer", "number")]
    keys = set(DECLARED[table].keys) | set(DECLARED[table].columns("open"))
    return [name for name in numbers if name not in keys]


def identity(table: str) -> list[str]:
    """Columns by which a row is known again: its keys, and the interval of which it speaks."""
    said = [column.name for column in TABLES[table].columns]
    keys = DECLARED[table].keys
    return [*keys, *(name for name in INTERVALS if name in said and name not in keys)]


def explained(found: list[Move], signed: SignOff) -> list[Move]:
    """The moves with the reason that the sign-off gives for each."""
    result = []
    for move in found:
        why = signed.explain(move.figure)
        result.append(replace(move, reason=why.reason, says=why.says) if why else move)
    return result


def write_moves(file: Path, found: list[Move]) -> None:
    """All of them as CSV; words that a spreadsheet would run as a formula get an apostrophe in front."""
    rows = [
        (harmless(m.figure), m.table, harmless(m.row), m.column, m.old, m.new, m.beyond, m.reason,
         harmless(m.says))
        for m in found
    ]  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(file, index=False, encoding="utf-8", lineterminator="\n")


def _moves_of(
    table: str, before: pd.DataFrame, now: pd.DataFrame, bound: LargestMove, same_month: bool
) -> Iterator[Move]:
    known = [name for name in identity(table) if name in before.columns and name in now.columns]
    intervals = [name for name in known if name in INTERVALS]
    of_the_past = intervals and table not in FORECASTS
    if not known or not (of_the_past or same_month):
        return
    if not same_month and "basis" in before.columns:
        before = before[before["basis"] != "forecast"]  # no figure of a past month
    columns = [name for name in figures_of(table) if name in before.columns]
    stays = same_month or any(name in DECLARED[table].keys for name in STAYS)
    there = now.drop_duplicates(known).set_index(known).reindex(columns=columns, fill_value="")
    for row in before.drop_duplicates(known).to_dict("records"):
        key = tuple(row[name] for name in known)
        at = key if len(known) > 1 else key[0]
        new = there.loc[at].to_dict() if at in there.index else dict.fromkeys(columns, "") if stays else None
        for column in columns if new is not None else ():
            if not _same(row[column], new[column]):
                yield _move(table, row, intervals, column, new[column], bound)


def _move(
    table: str, row: dict[str, str], intervals: list[str], column: str, new: str, bound: LargestMove
) -> Move:
    keys = [name for name in DECLARED[table].keys if name not in (*INTERVALS, "service", "measure")]
    what = row.get("measure") or table
    when = next((row[name] for name in intervals if row[name]), "to date")
    name = "/".join(part.replace("/", "-") for part in (row.get("service") or "all", what, when))
    judged = column not in DECLARED[table].columns("again") and not column.endswith(("lower", "upper"))
    beyond = judged and _beyond(row[column], new, _is_count(table, column), bound)
    rest = ", ".join(f"{key.replace('_', ' ')} {row[key]}" for key in keys if row.get(key))
    return Move(name, table, rest, column, row[column], new, judged, beyond)


def _is_count(table: str, column: str) -> bool:
    kinds = {c.name: c.kind for c in TABLES[table].columns}
    return kinds[column] == "integer" or column == "numerator"


def _same(old: str, new: str) -> bool:
    """A figure that was not released before is new, and has not moved."""
    if not old or old == new:
        return True
    return bool(new) and abs(float(old) - float(new)) <= SAME_WITHIN


def _beyond(old: str, new: str, count: bool, bound: LargestMove) -> bool:
    """Whether the move is larger than the bound; a figure that is gone always is."""
    if not new:
        return True
    by = abs(float(new) - float(old))
    return by > bound.share * abs(float(old)) and not (count and by <= bound.people)
