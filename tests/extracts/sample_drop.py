"""The synthetic drop as it lies on disk, read with as little help as possible: every cell is text."""

from __future__ import annotations

import atexit
import csv
import functools
import shutil
import tempfile
import time
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq

from valuekit.extracts.sample import true_sample, write_sample

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOTS = ("patients", "survey", "service_changes", "programme_costs")
ENCODINGS = {"service_changes": "cp1252"}


@functools.cache
def written() -> tuple[Path, tuple[Path, ...], float]:
    """Folder, files and processor seconds of the shipped sample, written once for a test run."""
    folder = Path(tempfile.mkdtemp(prefix="valuekit-sample-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    began = time.process_time()
    paths = write_sample(folder)
    return folder, tuple(paths), time.process_time() - began


@functools.cache
def truth():
    """The same sample without a blemish: the world and its tables."""
    return true_sample()


def read(path: Path) -> pd.DataFrame:
    """One file as text, '' where empty."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return pd.DataFrame(
            {name: [_text(v) for v in table[name].to_pylist()] for name in table.column_names}
        )
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True)
        rows = list(book.active.values)
        book.close()
        return pd.DataFrame([[_text(v) for v in row] for row in rows[1:]], columns=list(rows[0]))
    encoding = ENCODINGS.get(extract_of(path), "utf-8-sig")
    rows = list(csv.reader(path.read_text(encoding=encoding).splitlines()))
    return pd.DataFrame(rows[1:], columns=rows[0])


def extract_of(path: Path) -> str:
    """``cost_lines`` of ``cost_lines_2026-10.csv``."""
    return path.name.split("_20")[0]


@functools.cache
def extract(name: str) -> pd.DataFrame:
    """All rows of one extract as of the newest month, with `file` (its name)."""
    files = [path for path in written()[1] if extract_of(path) == name]
    if name in SNAPSHOTS:
        files = files[-1:]
    return pd.concat([read(path).assign(file=path.name) for path in files], ignore_index=True)


def _text(value: object) -> str:
    return "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
