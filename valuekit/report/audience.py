"""Which mart a document reads, and how its rows are read."""

from __future__ import annotations

import os
from collections import namedtuple
from typing import Any

import pandas as pd

from valuekit.mart import Mart
from valuekit.project import AUDIENCES, Project

Row = Any
"""One row of a mart table, its columns as attributes; a missing value is ``None``."""


def audience() -> str:
    """The audience of this render: the first of the Quarto profile's names that is one; else ``public``."""
    for name in os.environ.get("QUARTO_PROFILE", "").split(","):
        if name.strip() in AUDIENCES:
            return name.strip()
    return "public"


def open_mart() -> Mart:
    """The mart of this render's audience, in the project that the current folder lies in."""
    return Mart(Project.find().mart / audience())


def rows(frame: pd.DataFrame) -> list[Row]:
    """The rows of `frame` as named tuples of plain Python values, with ``None`` where a value is missing."""
    kind = namedtuple("Row", frame.columns)
    return [kind(*values) for values in zip(*(_plain(frame[c]) for c in frame.columns), strict=True)]


def _plain(column: pd.Series) -> list[object]:
    """Its values as plain Python; a list comprehension is ten times as fast here as pandas' own `where`."""
    values, missing = column.tolist(), column.isna()
    if not missing.any():
        return values
    return [None if gone else value for value, gone in zip(values, missing.tolist(), strict=True)]
