"""The mart: the few small, tidy tables that documents may read.

It is the joint between what figures mean (``measures/`` writes it) and how they are shown
(``report/`` reads it). Each audience has a mart of its own; the public one has passed
disclosure control before it is written, so a document cannot publish what is not in it.

:data:`TABLES` is the only place where the mart's columns are named. Writing a table with other
columns is an error, and the column notes of every download come from here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from valuekit import reads
from valuekit.errors import Problem, ValuekitError
from valuekit.mart import costs, data, learning, outcomes, rates, services, value
from valuekit.mart.contents import contents, write_contents
from valuekit.mart.declare import Column, Table

__all__ = ["TABLES", "About", "Column", "Mart", "Table", "conform", "empty", "write_mart"]

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        *services.TABLES,
        *outcomes.TABLES,
        *rates.TABLES,
        *costs.TABLES,
        *value.TABLES,
        *learning.TABLES,
        *data.TABLES,
    )
}
"""Every table of the mart, by name."""


@dataclass(frozen=True)
class About:
    """What a mart was made from; stands on every page."""

    organisation: str
    period: str
    """The month, ``2026-10``."""
    synthetic: bool
    audience: str
    notes: tuple[str, ...] = ()
    """What the reader should know of the drop as a whole, in words."""


_DTYPES = {
    "text": "str",  # by its name: text is text, kept in Python's strings or in Arrow's arrays
    "integer": pd.Int64Dtype(),
    "number": np.dtype("float64"),
    "date": np.dtype("datetime64[s]"),
    "flag": np.dtype("bool"),
}
"""Kind of a column → the type it has in the mart."""


class Mart:
    """One audience's mart, read from its folder. Frames are read once and must not be changed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._frames: dict[str, pd.DataFrame] = {}
        if not (folder / "about.json").is_file():
            raise ValuekitError(Problem("nothing has been built yet", folder.name, do="Run: valuekit build"))

    @cached_property
    def about(self) -> About:
        """What the mart was made from."""
        data = json.loads((self.folder / "about.json").read_text(encoding="utf-8"))
        return About(**{**data, "notes": tuple(data["notes"])})

    def table(self, name: str) -> pd.DataFrame:
        """The table `name`, in its declared order of columns."""
        reads.note_table(self.folder.name, name)
        return self._frame(name)

    def _frame(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            if self.about.audience not in TABLES[name].audiences:
                raise ValuekitError(
                    Problem(
                        f"the table '{name}' is not for the {self.about.audience} audience",
                        do="Use another table.",
                    )
                )
            file = self.folder / f"{name}.parquet"
            with reads.noted():
                about = file.stat()
                self._frames[name] = _read(file, about.st_ino, about.st_mtime_ns, about.st_size).copy(
                    deep=False
                )
        return self._frames[name]

    def of(self, name: str, service: str, **where: Any) -> pd.DataFrame:
        """Rows of the table `name` for one service (and other equalities), with a fresh index."""
        reads.note_table(self.folder.name, name, service)
        frame = self._frame(name)
        keep = frame["service"] == service
        for column, wanted in where.items():
            keep &= frame[column] == wanted
        return frame[keep].reset_index(drop=True)


@lru_cache(maxsize=2 * len(TABLES))
def _read(file: Path, *changed: int) -> pd.DataFrame:
    """The table in `file`, kept for the next document: small tables are read in as long as they are shown.

    `changed` tells a file from another that has taken its place.
    """
    return pd.read_parquet(file)


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with exactly the declared columns, order and kinds of the table `name`.

    Raises
    ------
    ValueError
        A declared column is missing or an undeclared one is there: a fault of valuekit, not of the data.
    """
    declared = [column.name for column in TABLES[name].columns]
    if set(frame.columns) != set(declared):
        missing, extra = (
            sorted(set(declared) - set(frame.columns)),
            sorted(set(frame.columns) - set(declared)),
        )
        raise ValueError(f"mart table '{name}': missing {missing}, undeclared {extra}")
    # Changing a kind costs a copy even where nothing changes; most columns have theirs already.
    has = frame.dtypes.to_dict()
    kinds = {c.name: _DTYPES[c.kind] for c in TABLES[name].columns}
    changed = {column: kind for column, kind in kinds.items() if has[column] != kind}
    in_order = list(frame.columns) == declared
    if in_order and not changed and frame.index.equals(pd.RangeIndex(len(frame))):
        return frame
    ordered = (frame if in_order else frame[declared]).reset_index(drop=True)
    for column, kind in changed.items():  # column by column: astype() of all joins the columns anew
        ordered[column] = ordered[column].astype(kind)
    return ordered


def empty(name: str) -> pd.DataFrame:
    """The table `name` without a row."""
    return conform(name, pd.DataFrame(columns=[column.name for column in TABLES[name].columns]))


def write_mart(folder: Path, about: About, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write one audience's mart: its tables, what they hold as hashes, and ``about.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    held = {}
    for name, table in TABLES.items():
        if about.audience in table.audiences:
            frame = conform(name, frames[name])
            frame.to_parquet(folder / f"{name}.parquet", index=False)
            held[name] = contents(frame)
    write_contents(folder, held)
    text = json.dumps({**about.__dict__, "notes": list(about.notes)}, ensure_ascii=False, indent=1)
    (folder / "about.json").write_text(text + "\n", encoding="utf-8")
