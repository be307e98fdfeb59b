"""A large CSV file as Parquet, cell by cell the same text, in the memory of a few blocks.

Only a file with nothing to remark on is written: UTF-8, every quote closed, every row as long as the header,
no line break within a cell. Of any other nothing is said here; it is read in the usual way, which says what
is wrong with it (:mod:`valuekit.extracts.read`).
"""

from __future__ import annotations

import codecs
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from valuekit.errors import ExtractError
from valuekit.extracts.read import csv_header

BLOCK = 1 << 24
"""Bytes read at once."""

FIRST_ROW = 2
"""Number of the first row of data: the header is row 1."""

_BOM = codecs.BOM_UTF8


class NotPlainCsv(Exception):  # noqa: N818 - no error: the file is read in the usual way
    """The file has something that a person should know of, or that only the usual way can read."""


def count_lines(path: Path) -> int:
    """Line breaks in a file: no fewer than it has rows."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))


def csv_as_parquet(path: Path, to: Path, wanted: Collection[str]) -> str:
    """Write `path` to `to`, each column as text; what the format is called.

    Parameters
    ----------
    wanted
        Columns whose cells are looked at later on; those of any other column must have nothing to remark on.

    Raises
    ------
    NotPlainCsv
        See above; what was written is of no use then.
    OSError
        The file cannot be read.
    """
    marked = _check_bytes(path)
    try:
        with path.open("rb") as file:
            start = file.read(1 << 16).removeprefix(_BOM)
        header = csv_header(path, start)
        _write(path, to, header, wanted)
    except (ExtractError, pa.ArrowException):
        raise NotPlainCsv from None
    return "CSV, UTF-8 with BOM" if marked else "CSV, UTF-8"


def _check_bytes(path: Path) -> bool:
    """Whether the file begins with a byte order mark; all of it is UTF-8 text with paired quotes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    quotes, last, first = 0, b"", True
    marked = False
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if first:
                marked, first = block.startswith(_BOM), False
            if b"\0" in block:
                raise NotPlainCsv
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                raise NotPlainCsv from None
            quotes += block.count(b'"')
            last = block[-1:]
    if decoder.getstate()[0] or quotes % 2 or last != b"\n":
        raise NotPlainCsv
    return marked


def _write(path: Path, to: Path, header: tuple[str, ...], wanted: Collection[str]) -> None:
    def refuse(_: Any) -> str:
        return "error"

    names = [str(i) for i in range(len(header))]
    if len(set(header)) < len(header) or not all(header):
        raise NotPlainCsv
    schema = pa.schema([(name, pa.string()) for name in header])
    reader = pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(
            use_threads=False, block_size=BLOCK, column_names=names, skip_rows_after_names=1
        ),
        parse_options=pa.csv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=refuse
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    with reader, pa.parquet.ParquetWriter(to, schema, compression="lz4", write_statistics=False) as writer:
        for batch in reader:
            for name, column in zip(header, batch.columns, strict=True):
                if pc.any(pc.match_substring_regex(column, r"[\r\n]")).as_py():
                    raise NotPlainCsv
                if name not in wanted and pc.any(_is_padded(column)).as_py():
                    raise NotPlainCsv
            writer.write_batch(pa.record_batch(batch.columns, schema=schema))


def _is_padded(column: pa.Array) -> pa.Array:
    return pc.not_equal(pc.utf8_trim_whitespace(column), column)
