"""An extract as typed columns, with the cells that could not be read and the month of every row."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from valuekit.extracts.gather import ExtractText
from valuekit.extracts.parse import Unreadable, parse
from valuekit.extracts.schemas import FILE, ExtractSchema
from valuekit.project import Month

NO_MONTH = -1


@dataclass(frozen=True)
class Typed:
    """An extract, typed.

    Attributes
    ----------
    text
        What was read; the same rows.
    frame
        One row for each row read, in the same order (index 0 … n−1): the schema's columns, and :data:`FILE`.
    unreadable
        For each column, the rules that its cells break as text.
    months
        Month of each row by the schema's period column (see :func:`month_number`); `NO_MONTH` where unknown.
    """

    text: ExtractText
    frame: pd.DataFrame
    unreadable: dict[str, Unreadable]
    months: np.ndarray

    @property
    def schema(self) -> ExtractSchema:
        """What the rows are held to."""
        return self.text.schema

    @property
    def pence(self) -> pd.Series | None:
        """The amounts that add up to the control total, in pence; None for extracts without amounts."""
        return None if self.schema.control_total is None else self.frame[self.schema.control_total]

    def where(self, keep: np.ndarray) -> Typed:
        """Only the rows for which `keep` is true."""
        if keep.all():
            return self
        text = replace(
            self.text,
            table=self.text.table.filter(pa.array(keep)),
            file=self.text.file[keep],
            row=self.text.row[keep],
        )
        unreadable = {
            c: {rule: rows[keep] for rule, rows in rules.items()} for c, rules in self.unreadable.items()
        }
        return Typed(text, self.frame[keep].reset_index(drop=True), unreadable, self.months[keep])


def type_columns(text: ExtractText) -> Typed:
    """Every column of `text` as its kind."""
    columns: dict[str, pd.Series] = {FILE: pd.Series(text.file)}
    unreadable = {}
    for name, spec in text.schema.columns.items():
        columns[name], unreadable[name] = parse(text.table[name].combine_chunks(), spec.type)
    frame = pd.DataFrame(columns)
    return Typed(text, frame, unreadable, _months(text.schema, frame))


def month_number(month: Month) -> int:
    """Months since the year 0, so that months can be compared in arrays."""
    return month.year * 12 + month.month - 1


def _months(schema: ExtractSchema, frame: pd.DataFrame) -> np.ndarray:
    if schema.period_column is None:
        return np.full(len(frame), NO_MONTH, dtype=np.int64)
    values = frame[schema.period_column]
    if schema.columns[schema.period_column].type == "month":
        numbers = {text: month_number(Month.parse(text)) for text in values.dropna().unique()}
        found = values.map(numbers)
    else:
        found = values.dt.year * 12 + values.dt.month - 1
    return found.astype("float64").fillna(NO_MONTH).to_numpy().astype(np.int64)


def up_to(extract: Typed, period: Month) -> tuple[Typed, np.ndarray]:
    """The rows of months up to `period`, and how many rows of each file wait for a later period.

    A file may hold months after the one that is reported (``activity_2025-11_to_2026-10`` when May 2026 is
    reported): those rows are not read yet. A row after its own file's months is kept, and fails its range.
    """
    last = np.array([month_number(read.file.last) for read in extract.text.files], dtype=np.int64)
    own_last = last[extract.text.file] if len(last) else np.empty(0, np.int64)
    later = (extract.months > month_number(period)) & (extract.months <= own_last)
    if not extract.schema.monthly:
        later[:] = False
    waiting = np.bincount(extract.text.file[later], minlength=len(last))
    waiting += np.array([read.plain.rows(read.waits(period)) for read in extract.text.files], dtype=np.int64)
    return extract.where(~later), waiting
