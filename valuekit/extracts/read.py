"""One file of the drop as text: CSV, Parquet or XLSX, nothing converted and nothing lost.

Every cell is read as text first, so that no reader can make a number of a code ("019") or of a word ("1e5"),
and every row keeps its number in the file. What a cell means is decided in `parse.py`.

Row numbers: in CSV and XLSX the header is row 1, so the first row of data is row 2; a CSV row whose quoted
text holds line breaks counts as one. Parquet has no header: its first row is row 1.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from valuekit.errors import ExtractError, Problem

FORMATS = {".csv": "CSV", ".parquet": "Parquet", ".xlsx": "XLSX"}

MAX_UNZIPPED = 1 << 30
"""Bytes that an XLSX file may unpack to; more is not a spreadsheet that a person made."""

_DAMAGED = "Ask for the file to be sent again."


@dataclass(frozen=True)
class FileText:
    """A file as text.

    Attributes
    ----------
    header
        Column names in the file's order, trimmed; not yet compared with any schema.
    columns
        One array of text for each column, null where the cell is empty; all of one length.
    rows
        Number of each row in the file, int32.
    format
        ``CSV, Windows-1252``, ``Parquet`` …
    notes
        What a reader should know, in words.
    """

    header: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    rows: np.ndarray
    format: str
    notes: tuple[str, ...] = ()


def read_file(path: Path) -> FileText:
    """Read one CSV, Parquet or XLSX file as text.

    Raises
    ------
    ExtractError
        The file cannot be read, is empty, damaged, cut short or ragged; no message holds a cell's value.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise _fault(path, "cannot be read", why, "Check the file and its permissions.") from None
    if not data.strip():
        raise _fault(path, "the file is empty", do=_DAMAGED)
    reader = {".csv": _read_csv, ".parquet": _read_parquet, ".xlsx": _read_xlsx}[path.suffix.lower()]
    text = reader(path, data)
    if not any(text.header):
        raise _fault(path, "there is no header", do="Put the names of the columns in the first row.")
    return _tidy(text)


def _fault(path: Path, what: str, why: str = "", do: str = "") -> ExtractError:
    return ExtractError(Problem(what, path.name, why, do))


def _tidy(text: FileText) -> FileText:
    """Trim spaces around cells, make empty cells null and leave out rows in which every cell is empty."""
    columns, trimmed = [], 0
    for column in text.columns:
        bare = pc.utf8_trim_whitespace(column)
        trimmed += pc.sum(pc.not_equal(bare, column)).as_py() or 0
        columns.append(pc.if_else(pc.equal(bare, ""), pa.scalar(None, pa.string()), bare))
    rows, notes = text.rows, list(text.notes)
    if trimmed:
        notes.append(f"spaces around {_many(trimmed, 'cell')} were taken away")
    if all(column.null_count for column in columns):
        filled = np.zeros(len(rows), dtype=bool)
        for column in columns:
            filled |= pc.is_valid(column).to_numpy(zero_copy_only=False)
        blank = len(rows) - int(filled.sum())
        if blank:
            columns = [column.filter(pa.array(filled)) for column in columns]
            rows = rows[filled]
            notes.append(
                f"{_many(blank, 'row')} with nothing in them left out"
                if blank > 1
                else "1 empty row left out"
            )
    return FileText(text.header, tuple(columns), rows, text.format, tuple(notes))


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


# CSV


def _read_csv(path: Path, data: bytes) -> FileText:
    data, encoding = _as_utf8(path, data)
    notes = []
    if data.count(b'"') % 2:
        why = "an odd number of quote characters: rows may run into one another"
        raise _fault(path, "a quote is opened and not closed", why, _DAMAGED)
    if not data.endswith((b"\n", b"\r")):
        notes.append("no line break after the last row")
        data += b"\n"
    header = csv_header(path, data)
    names = [str(i) for i in range(len(header))]
    ragged: list[tuple[int, int]] = []

    def keep_aside(row: Any) -> str:
        ragged.append((row.number, row.actual_columns))
        return "skip"

    try:
        table = pa.csv.read_csv(
            pa.BufferReader(data),
            # one block: a row is never split between blocks, and rows are numbered
            read_options=pa.csv.ReadOptions(
                use_threads=False, block_size=len(data) + 1, column_names=names, skip_rows_after_names=1
            ),
            parse_options=pa.csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep_aside
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowException:  # its message quotes the row
        raise _fault(path, "cannot be read as CSV", "its rows cannot be told apart", _DAMAGED) from None
    if ragged:
        raise ExtractError(_ragged(path, ragged, len(header), table.num_rows))
    rows = np.arange(2, table.num_rows + 2, dtype=np.int32)
    columns = tuple(column.combine_chunks() for column in table.columns)
    return FileText(header, columns, rows, f"CSV, {encoding}", tuple(notes))


def _as_utf8(path: Path, data: bytes) -> tuple[bytes, str]:
    """The file's bytes as UTF-8 without a byte order mark, and the encoding's name."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        why = "it looks like UTF-16 or a binary file"
        raise _fault(path, "not UTF-8 or Windows-1252 text", why, "Save it as CSV UTF-8.")
    marked = data.startswith(b"\xef\xbb\xbf")
    body = data[3:] if marked else data
    try:
        body.decode("utf-8")
        return body, "UTF-8 with BOM" if marked else "UTF-8"
    except UnicodeDecodeError:
        try:
            if marked:
                raise UnicodeError
            return data.decode("cp1252").encode("utf-8"), "Windows-1252"
        except UnicodeError:
            raise _fault(path, "not UTF-8 or Windows-1252 text", "", "Save it as CSV UTF-8.") from None


def csv_header(path: Path, data: bytes) -> tuple[str, ...]:
    """The names in the first row of UTF-8 text, trimmed.

    Raises
    ------
    ExtractError
        There is no header, or its names are split by something else than commas.
    """
    start = data[: 1 << 16].decode("utf-8", errors="ignore")
    try:
        header = tuple(name.strip() for name in next(csv.reader(io.StringIO(start, newline=""))))
    except (csv.Error, StopIteration):
        raise _fault(
            path, "there is no header", do="Put the names of the columns in the first row."
        ) from None
    if len(header) == 1:
        for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if header[0].count(separator) > 1:
                why = f"the header is split by {name}"
                raise _fault(path, "the columns are not split by commas", why, "Save it as CSV with commas.")
    return header


def _ragged(path: Path, ragged: list[tuple[int, int]], expected: int, good: int) -> list[Problem]:
    problems = []
    last = good + len(ragged) + 1
    if ragged[-1][0] == last and ragged[-1][1] < expected:
        found = ragged.pop()[1]
        why = f"{found} of {expected} columns in the last row"
        problems.append(Problem("the file is cut short", f"{path.name}, row {last}", why, _DAMAGED))
    for many, words in ((True, "too many"), (False, "too few")):
        rows = [row for row, found in ragged if (found > expected) == many]
        if rows:
            first = ", ".join(str(row) for row in rows[:5]) + (" …" if len(rows) > 5 else "")
            do = "Quote cells that hold a comma." if many else _DAMAGED
            what = f"{_many(len(rows), 'row')} with {words} cells"
            problems.append(Problem(what, f"{path.name}, row {first}", f"the header has {expected}", do))
    return problems


# Parquet


def _read_parquet(path: Path, data: bytes) -> FileText:
    try:
        with pa.parquet.ParquetFile(pa.BufferReader(data)) as file:
            table = file.read()
        table.validate(full=True)
        columns = tuple(_text_of(column.combine_chunks()) for column in table.columns)
    except Exception:  # whatever a damaged file makes the reader raise; its message may hold values
        raise _fault(
            path, "cannot be read as Parquet", "damaged, cut short, or a column of lists", _DAMAGED
        ) from None
    rows = np.arange(1, table.num_rows + 1, dtype=np.int32)
    return FileText(tuple(name.strip() for name in table.column_names), columns, rows, "Parquet")


def parquet_rows(path: Path, rows: np.ndarray) -> FileText:
    """Some rows of a Parquet file as text.

    Parameters
    ----------
    rows
        Their numbers, ascending; the first row is row 1.

    Raises
    ------
    ExtractError
        The file cannot be read.
    """
    taken, before = [], 0
    try:
        with pa.parquet.ParquetFile(path) as file:
            for i in range(file.metadata.num_row_groups):
                count = file.metadata.row_group(i).num_rows
                mine = rows[np.searchsorted(rows, before + 1) : np.searchsorted(rows, before + count + 1)]
                if len(mine):
                    taken.append(file.read_row_group(i).take(pa.array(mine - before - 1)))
                before += count
            table = pa.concat_tables([file.schema_arrow.empty_table(), *taken])
        columns = tuple(_text_of(column.combine_chunks()) for column in table.columns)
    except pa.ArrowException:
        raise _fault(path, "cannot be read as Parquet", "damaged or cut short", _DAMAGED) from None
    header = tuple(name.strip() for name in table.column_names)
    return _tidy(FileText(header, columns, rows.astype(np.int32), "Parquet"))


def _text_of(column: pa.Array) -> pa.Array:
    """A typed Parquet column as the text that a CSV would hold: ISO dates, plain numbers."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    return pc.cast(column, pa.string())


# XLSX


def _read_xlsx(path: Path, data: bytes) -> FileText:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unzipped = sum(member.file_size for member in archive.infolist())
        too_big = unzipped > MAX_UNZIPPED
        header, cells, rows, sheets = ((), [], [], 1) if too_big else _sheet(data)
    except Exception:  # whatever a damaged file makes the reader raise; its message may hold values
        raise _fault(path, "cannot be opened as XLSX", "damaged, cut short or locked", _DAMAGED) from None
    if too_big:
        raise _fault(
            path, "the workbook is too large", f"unpacks to {unzipped >> 20:,} MB", "Send CSV or Parquet."
        )
    wide = [row for row, values in zip(rows, cells, strict=True) if any(values[len(header) :])]
    if wide:
        raise ExtractError(_ragged(path, [(row, len(header) + 1) for row in wide], len(header), max(rows)))
    columns = tuple(
        pa.array([values[i] if i < len(values) else None for values in cells], pa.string())
        for i in range(len(header))
    )
    notes = (f"only the first of {sheets} sheets was read",) if sheets > 1 else ()
    return FileText(header, columns, np.array(rows, dtype=np.int32), "XLSX", notes)


def _sheet(data: bytes) -> tuple[tuple[str, ...], list[list[str | None]], list[int], int]:
    """Header, cells and row numbers of the first sheet, and the number of sheets. No formula is executed."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the size that a file states may be wrong
        header: tuple[str, ...] = ()
        cells, rows = [], []
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            texts = [_cell_text(value) for value in values]
            if number == 1:
                while texts and not texts[-1]:
                    texts.pop()
                header = tuple((name or "").strip() for name in texts)
            elif any(texts):
                cells.append(texts)
                rows.append(number)
        return header, cells, rows, len(book.sheetnames)
    finally:
        book.close()


def _cell_text(value: Any) -> str | None:
    """A cell as the text that a CSV would hold. A formula stays a formula, and is refused later."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return "="  # an array formula or a data table
