"""A large extract: its plain rows stay in the engine, counted and written; only doubtful ones become a frame.

The result is that of the usual way, for any number of rows: the same rows accepted, the same rows in
quarantine for the same rules, the same counts. Memory is DuckDB's limit, eight bytes a row for finding keys
that stand twice, and the doubtful rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from valuekit.engines import Engine, chosen_engine
from valuekit.errors import ExtractError, Problem
from valuekit.extracts.drop import DropFile
from valuekit.extracts.gather import ExtractText, PlainRows, gather_files
from valuekit.extracts.plain_csv import FIRST_ROW, NotPlainCsv, count_lines, csv_as_parquet
from valuekit.extracts.plain_rows import (
    can_be_told,
    checked_apart,
    fit_sql,
    plain_sql,
    values_sql,
    waits_sql,
)
from valuekit.extracts.plics.importer import UNFINISHED, clear_unfinished
from valuekit.extracts.read import FileText, parquet_rows
from valuekit.extracts.schemas import ExtractSchema
from valuekit.extracts.typed import type_columns
from valuekit.project import Month

LARGE = 1_000_000
"""Rows from which an extract is too large for a frame."""

MAY_BE_LARGE = ("cost_lines",)
"""Extracts that may be no frame: all that reads them reads the store's file, by SQL."""

SHORTEST_ROW = 8
"""Bytes: a file has fewer rows than its size by this."""

MEMORY_LIMIT = "1500MB"
"""DuckDB's memory; what does not fit goes to a temporary folder."""


@dataclass(frozen=True)
class Part:
    """One file of a large extract, as Parquet at `path`, whose first row has the number `first_row`."""

    file: DropFile
    path: Path
    format: str = "Parquet"
    first_row: int = 1


class Bulk:
    """The plain rows of one large extract. Close it when they have been written.

    Parameters
    ----------
    schema
        What the rows are held to; see :func:`valuekit.extracts.plain_rows.can_be_told`.
    parts
        The files, in order.
    period
        The month that is reported.
    people
        Identifiers of the drop: none may stand in a column that is kept.
    """

    def __init__(
        self, schema: ExtractSchema, parts: Sequence[Part], period: Month, people: Mapping[str, pa.Array]
    ):
        self.schema, self.parts, self.period = schema, tuple(parts), period
        self.files = tuple(part.file for part in parts)
        self.to_close = ExitStack()
        self.engine: Engine = chosen_engine(MEMORY_LIMIT)
        self.doubts = "doubtful"
        try:
            self._tell_apart(people)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the rows and of what was spilt to disk."""
        self.engine.close()
        self.to_close.close()

    def gathered(self) -> tuple[ExtractText, list[Problem]]:
        """The doubtful rows as text, and of each file how many plain rows of which month it has."""
        text, problems = self._gathered()
        if len(text.row) and self._doubt_keys_of(text):
            text, problems = self._gathered()
        return text, problems

    def _doubt_keys_of(self, text: ExtractText) -> bool:
        """Doubt plain rows under the key of a doubtful one, once that is trimmed; whether there are any."""
        typed = type_columns(text).frame[list(self.schema.key)].dropna()
        self.engine.register("doubtful_key", pa.Table.from_pandas(typed, preserve_index=False))
        columns = ", ".join(f'"{name}"' for name in self.schema.key)
        more = self.engine.rows(
            "SELECT every.file, every.row FROM every ANTI JOIN doubtful USING (file, row) "
            f"SEMI JOIN doubtful_key USING ({columns})"
        )
        self.engine.register("doubtful_too", more)
        self.engine.make("all_doubtful", "SELECT * FROM doubtful UNION ALL SELECT * FROM doubtful_too")
        self.doubts = "all_doubtful"
        return more.num_rows > 0

    def _gathered(self) -> tuple[ExtractText, list[Problem]]:
        held: dict[int, dict[Month, tuple[int, int]]] = {i: {} for i in range(len(self.files))}
        for one in self.engine.rows(
            f'SELECT file, "{self.schema.period_column}" AS month, count(*) AS count, '
            f"CAST(sum({self._amount}) AS BIGINT) AS pence "
            f"FROM every ANTI JOIN {self.doubts} USING (file, row) GROUP BY ALL"
        ).to_pylist():
            held[one["file"]][Month.parse(one["month"])] = one["count"], one["pence"] or 0
        plain = [PlainRows(held[i]) for i in range(len(self.files))]
        return gather_files(self.schema, self.files, self._doubtful, plain)

    @property
    def _amount(self) -> str:
        return f'"{self.schema.control_total}"' if self.schema.control_total else "0"

    def _tell_apart(self, people: Mapping[str, pa.Array]) -> None:
        """Make the view `every` and the table `doubtful` (file, row)."""
        parts = []
        for i, part in enumerate(self.parts):
            held = pa.parquet.read_schema(part.path)
            types = {name.strip(): held.field(j).type for j, name in enumerate(held.names)}
            if not set(self.schema.columns) <= set(held.names):
                raise NotBulk(part.file.name)  # said in full by the usual way
            parts.append(values_sql(self.schema, types, f"file_{i}", i, part.first_row))
            self.engine.parquet(f"file_{i}", part.path)
        self.engine.view("every", " UNION ALL ".join(parts))
        person = pa.concat_arrays([people[kind].cast(pa.string()) for kind in sorted(people)])
        self.engine.register("person", pa.table({"held": person}))
        for name in checked_apart(self.schema):
            self.engine.make(f"fit_{name}", fit_sql(name, self.schema.columns[name]))
        plain = plain_sql(self.schema, self.period, [file.last for file in self.files])
        self.engine.register("repeated", self.engine.repeated(f"SELECT {self._key} AS key FROM every"))
        again = f" OR {self._key} IN (SELECT key FROM repeated)"
        self.engine.make("doubtful", f"SELECT file, row FROM every WHERE NOT ({plain}){again} ORDER BY ALL")

    @property
    def _key(self) -> str:
        return "hash(" + ", ".join(f'"{name}"' for name in self.schema.key) + ")"

    def _doubtful(self, file: DropFile) -> FileText:
        """The doubtful rows of one file, read as any file is."""
        number = self.files.index(file)
        rows = self.engine.rows(f"SELECT row FROM {self.doubts} WHERE file = {number} ORDER BY row")
        part = self.parts[number]
        text = parquet_rows(part.path, rows["row"].to_numpy() - part.first_row + 1)
        return replace(text, rows=text.rows + np.int32(part.first_row - 1), format=part.format)

    def write(self, path: Path, more: pd.DataFrame) -> None:
        """Write the accepted rows to `path`: the plain ones in the files' order, then `more`."""
        columns = [f'"{name}"' for name in self.schema.columns]
        named = [f'{c} AS "pence"' if c == self._amount else c for c in columns]
        self.engine.register("more", pa.Table.from_pandas(more, preserve_index=False))
        waits = waits_sql(self.schema, self.period, [file.last for file in self.files])
        names = ", ".join('"pence"' if c == self._amount else c for c in columns)
        self.engine.write(
            f"SELECT {', '.join(named)} FROM every ANTI JOIN {self.doubts} USING (file, row) "
            f"WHERE NOT {waits} UNION ALL SELECT {names} FROM more",
            path,
        )


class NotBulk(Exception):  # noqa: N818 - no error: the extract is read in the usual way
    """The files are not what the quick way can tell apart."""


def bulk_of(
    schema: ExtractSchema,
    files: Sequence[DropFile],
    period: Month,
    people: Mapping[str, pa.Array],
    scratch: Path,
) -> Bulk | None:
    """The extract's plain rows where it is large and can be told apart; None where the usual way is right.

    Below `scratch` a CSV file is written as Parquet; it is gone when the bulk is closed.
    """
    if schema.name not in MAY_BE_LARGE or not can_be_told(schema):
        return None
    with ExitStack() as to_close:
        try:
            if not _is_large(files):
                return None
            bulk = Bulk(schema, _parts(schema, files, scratch, to_close), period, people)
        except (NotBulk, NotPlainCsv, duckdb.Error, pa.ArrowException, OSError, ExtractError):
            return None  # whatever is wrong is found and said by the usual way
        bulk.to_close = to_close.pop_all()
        return bulk


def _is_large(files: Sequence[DropFile]) -> bool:
    """Whether the files are all Parquet or CSV, and have a million rows or more."""
    kinds = [file.path.suffix.lower() for file in files]
    if not set(kinds) <= {".parquet", ".csv"}:
        return False
    rows, sheets = 0, [file.path for file, kind in zip(files, kinds, strict=True) if kind == ".csv"]
    for file, kind in zip(files, kinds, strict=True):
        if kind == ".parquet":
            rows += pa.parquet.read_metadata(file.path).num_rows
    if rows + sum(path.stat().st_size for path in sheets) // SHORTEST_ROW < LARGE:
        return False
    return rows + sum(count_lines(path) for path in sheets) >= LARGE


def _parts(
    schema: ExtractSchema, files: Sequence[DropFile], scratch: Path, to_close: ExitStack
) -> list[Part]:
    """The files as Parquet."""
    made: list[Part] = []
    if any(file.path.suffix.lower() == ".csv" for file in files):
        scratch.mkdir(parents=True, exist_ok=True)
        clear_unfinished(scratch)
        folder = Path(to_close.enter_context(tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=scratch)))
    for i, file in enumerate(files):
        if file.path.suffix.lower() == ".csv":
            path = folder / f"{i}.parquet"
            made.append(Part(file, path, csv_as_parquet(file.path, path, schema.columns), FIRST_ROW))
        else:
            made.append(Part(file, file.path))
    return made
