"""All files of one extract as one table of text, with every row's origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valuekit.config import nearest
from valuekit.errors import ExtractError, Problem
from valuekit.extracts.drop import DropFile
from valuekit.extracts.read import FileText, read_file
from valuekit.extracts.schemas import ExtractSchema
from valuekit.project import Month


@dataclass(frozen=True)
class PlainRows:
    """Rows of a large file that plainly keep every rule, and are no part of any frame.

    Attributes
    ----------
    months
        Month → how many rows, and the sum of their amounts in pence.
    """

    months: Mapping[Month, tuple[int, int]] = field(default_factory=dict)

    def rows(self, keep: Callable[[Month], bool] = lambda month: True) -> int:
        """How many rows there are of the months that `keep` is true of."""
        return sum(rows for month, (rows, _) in self.months.items() if keep(month))

    def pence(self, keep: Callable[[Month], bool] = lambda month: True) -> int:
        """The sum of their amounts."""
        return sum(pence for month, (_, pence) in self.months.items() if keep(month))


@dataclass(frozen=True)
class FileRead:
    """One file that was read: its rows, format and what was seen on the way."""

    file: DropFile
    rows: int
    format: str
    notes: tuple[str, ...]
    plain: PlainRows = PlainRows()

    def waits(self, period: Month) -> Callable[[Month], bool]:
        """Whether a plain row of a month waits for a later report than that of `period`."""
        return lambda month: period < month <= self.file.last


@dataclass(frozen=True)
class ExtractText:
    """An extract as text.

    Attributes
    ----------
    table
        The schema's columns in its order, text, null where empty.
    file
        For each row, the index of its file in `files`; int32.
    row
        For each row, its number in that file; int32.
    """

    schema: ExtractSchema
    files: tuple[FileRead, ...]
    table: pa.Table
    file: np.ndarray
    row: np.ndarray


def gather_files(
    schema: ExtractSchema,
    files: Sequence[DropFile],
    read_one: Callable[[DropFile], FileText] = lambda file: read_file(file.path),
    plain: Sequence[PlainRows] = (),
) -> tuple[ExtractText, list[Problem]]:
    """Read every file of an extract. A file with a fault is left out and its faults are returned.

    `read_one` reads a file, or of a large file the rows that are not `plain`.
    """
    problems: list[Problem] = []
    read: list[FileRead] = []
    tables, origins, numbers = [_empty(schema)], [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for i, file in enumerate(files):
        try:
            text = read_one(file)
            columns, notes = _matched(schema, file, text)
        except ExtractError as error:
            problems += error.problems
            continue
        origins.append(np.full(len(text.rows), len(read), dtype=np.int32))
        numbers.append(text.rows)
        tables.append(pa.table(columns, names=list(schema.columns)))
        format_ = "PLICS XML" if file.source else text.format
        aside = plain[i] if plain else PlainRows()
        rows = len(text.rows) + aside.rows()
        read.append(FileRead(file, rows, format_, (*file.notes, *text.notes, *notes), aside))
    table = pa.concat_tables(tables).combine_chunks()
    return ExtractText(schema, tuple(read), table, np.concatenate(origins), np.concatenate(numbers)), problems


def _empty(schema: ExtractSchema) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in schema.columns})


def _matched(schema: ExtractSchema, file: DropFile, text: FileText) -> tuple[list[pa.Array], tuple[str, ...]]:
    """The schema's columns of `text`, by name.

    A name that the schema does not have is shown by its place, never as written: where the header row was
    lost it would be a patient's data.
    """
    declared = list(schema.columns)
    place = {name: text.header.index(name) for name in declared if name in text.header}
    if not place:
        why = f"none of its names is a column of '{schema.name}'"
        do = "Put the names of the columns in the first row."
        raise ExtractError(Problem("the first row is not a header", file.name, why, do))
    unknown = [i for i, name in enumerate(text.header) if name not in schema.columns]
    missing = [name for name in declared if name not in place]
    problems = [_missing(name, missing, file, text, unknown) for name in missing]
    problems += [
        Problem(f"the column '{name}' stands twice", file.name, do="Keep the right one.")
        for name in declared
        if text.header.count(name) > 1
    ]
    if text.format.startswith("CSV"):
        problems += _run_over(schema, file, text, place)
    if problems:
        raise ExtractError(problems)
    notes = ()
    if unknown:
        places = ", ".join(str(i + 1) for i in unknown)
        notes = (f"column {places} of the file is not in the schema and was not read",)
    return [text.columns[place[name]] for name in declared], notes


def _missing(name: str, missing: list[str], file: DropFile, text: FileText, unknown: list[int]) -> Problem:
    for i in unknown:
        if text.header[i] and nearest(text.header[i].lower(), missing) == f"Did you mean '{name}'?":
            return Problem(
                f"missing column '{name}'", file.name, do=f"Column {i + 1} has a name like it: correct that."
            )
    return Problem(f"missing column '{name}'", file.name, do="Ask for the file with this column.")


def _run_over(schema: ExtractSchema, file: DropFile, text: FileText, place: dict[str, int]) -> list[Problem]:
    """A line break within a code, number or name: quotes that swallowed the rows between them."""
    problems = []
    for name, i in place.items():
        spec = schema.columns[name]
        free_text = spec.type == "text" and spec.str_matches is None and name not in schema.codes
        if free_text and spec.identifier is None:
            continue
        broken = pc.fill_null(pc.match_substring_regex(text.columns[i], r"[\r\n]"), False)
        rows = text.rows[broken.to_numpy(zero_copy_only=False)]
        if len(rows):
            where = f"{file.name}, row {rows[0]}, column {name}"
            why = "quotes that are not paired swallow the rows between them"
            problems.append(
                Problem("a cell runs over several lines", where, why, "Ask for the file to be sent again.")
            )
    return problems
