"""A large extract: its plain rows stay in DuckDB, counted and written; only doubtful rows become a frame.

The result is that of the usual way, for any number of rows: the same rows accepted, the same rows in
quarantine for the same rules, the same counts. Memory is DuckDB's limit, eight bytes a row for finding keys
that stand twice, and the doubtful rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from valuekit.errors import ExtractError, Problem
from valuekit.extracts.drop import DropFile
from valuekit.extracts.gather import ExtractText, PlainRows, gather_files
from valuekit.extracts.plain_rows import (
    can_be_told,
    checked_apart,
    fit_sql,
    plain_sql,
    quoted,
    values_sql,
    waits_sql,
)
from valuekit.extracts.read import FileText, parquet_rows
from valuekit.extracts.schemas import ExtractSchema
from valuekit.extracts.typed import type_columns
from valuekit.project import Month

LARGE = 1_000_000
"""Rows from which an extract is too large for a frame."""

MEMORY_LIMIT = "1500MB"
"""DuckDB's memory; what does not fit goes to a temporary folder."""


class Bulk:
    """The plain rows of one large extract. Close it when they have been written.

    Parameters
    ----------
    schema
        What the rows are held to; see :func:`valuekit.extracts.plain_rows.can_be_told`.
    files
        Parquet files, in order.
    period
        The month that is reported.
    people
        Identifiers of the drop: none may stand in a column that is kept.
    """

    def __init__(
        self, schema: ExtractSchema, files: Sequence[DropFile], period: Month, people: Mapping[str, pa.Array]
    ):
        self.schema, self.files, self.period = schema, tuple(files), period
        self.temporary = tempfile.TemporaryDirectory(prefix="valuekit-")
        settings = {"memory_limit": MEMORY_LIMIT, "temp_directory": self.temporary.name}
        self.database = duckdb.connect(config=settings)
        try:
            self._tell_apart(people)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the rows and of what was spilt to disk."""
        self.database.close()
        self.temporary.cleanup()

    def gathered(self) -> tuple[ExtractText, list[Problem]]:
        """The doubtful rows as text, and of each file how many plain rows of which month it has."""
        text, problems = self._gathered()
        if len(text.row) and self._doubt_keys_of(text):
            text, problems = self._gathered()
        return text, problems

    def _doubt_keys_of(self, text: ExtractText) -> bool:
        """Doubt plain rows under the key of a doubtful one, once that is trimmed; whether there are any."""
        typed = type_columns(text).frame[list(self.schema.key)].dropna()
        self.database.register("doubtful_key", pa.Table.from_pandas(typed, preserve_index=False))
        before = self._count("doubtful")
        columns = ", ".join(f'"{name}"' for name in self.schema.key)
        self.database.execute(
            "INSERT INTO doubtful SELECT file, row FROM every ANTI JOIN doubtful USING (file, row) "
            f"SEMI JOIN doubtful_key USING ({columns})"
        )
        return self._count("doubtful") > before

    def _count(self, table: str) -> int:
        ((count,),) = self.database.sql(f"SELECT count(*) FROM {table}").fetchall()
        return count

    def _gathered(self) -> tuple[ExtractText, list[Problem]]:
        held: dict[int, dict[Month, tuple[int, int]]] = {i: {} for i in range(len(self.files))}
        for file, month, rows, pence in self.database.sql(
            f'SELECT file, "{self.schema.period_column}", count(*), CAST(sum({self._amount}) AS BIGINT) '
            "FROM every ANTI JOIN doubtful USING (file, row) GROUP BY ALL"
        ).fetchall():
            held[file][Month.parse(month)] = rows, pence or 0
        plain = [PlainRows(held[i]) for i in range(len(self.files))]
        return gather_files(self.schema, self.files, self._doubtful, plain)

    @property
    def _amount(self) -> str:
        return f'"{self.schema.control_total}"' if self.schema.control_total else "0"

    def _tell_apart(self, people: Mapping[str, pa.Array]) -> None:
        """Make the view `every` and the table `doubtful` (file, row)."""
        parts = []
        for i, file in enumerate(self.files):
            held = pa.parquet.read_schema(file.path)
            types = {name.strip(): held.field(j).type for j, name in enumerate(held.names)}
            if not set(self.schema.columns) <= set(held.names):
                raise NotBulk(file.name)  # said in full by the usual way
            parts.append(values_sql(self.schema, types, file.path.as_posix(), i))
        self.database.execute(f"CREATE VIEW every AS {' UNION ALL '.join(parts)}")
        person = pa.concat_arrays([people[kind].cast(pa.string()) for kind in sorted(people)])
        self.database.register("person", pa.table({"held": person}))
        for name in checked_apart(self.schema):
            self.database.execute(fit_sql(name, self.schema.columns[name]))
        plain = plain_sql(self.schema, self.period, [file.last for file in self.files])
        self.database.register("repeated", pa.table({"key": self._repeated()}))
        again = f" OR {self._key} IN (SELECT key FROM repeated)"
        self.database.execute(
            f"CREATE TABLE doubtful AS SELECT file, row FROM every WHERE NOT ({plain}){again} ORDER BY ALL"
        )

    @property
    def _key(self) -> str:
        return "hash(" + ", ".join(f'"{name}"' for name in self.schema.key) + ")"

    def _repeated(self) -> np.ndarray:
        """Hashes of keys that stand more than once; two keys of one hash are doubtful too: no harm."""
        count = sum(pa.parquet.read_metadata(file.path).num_rows for file in self.files)
        hashes, at = np.empty(count, dtype=np.uint64), 0
        for batch in self.database.sql(f"SELECT {self._key} AS key FROM every").to_arrow_reader(1 << 18):
            hashes[at : at + len(batch)] = batch.column(0).to_numpy()
            at += len(batch)
        hashes.sort()
        return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])

    def _doubtful(self, file: DropFile) -> FileText:
        """The doubtful rows of one file, read as any file is."""
        number = self.files.index(file)
        rows = self.database.sql(
            f"SELECT row FROM doubtful WHERE file = {number} ORDER BY row"
        ).to_arrow_table()
        return parquet_rows(file.path, rows["row"].to_numpy())

    def write(self, path: Path, more: pd.DataFrame) -> None:
        """Write the accepted rows to `path`: the plain ones in the files' order, then `more`."""
        columns = [f'"{name}"' for name in self.schema.columns]
        named = [f'{c} AS "pence"' if c == self._amount else c for c in columns]
        self.database.register("more", pa.Table.from_pandas(more, preserve_index=False))
        waits = waits_sql(self.schema, self.period, [file.last for file in self.files])
        self.database.execute(
            f"COPY (SELECT {', '.join(named)} FROM every ANTI JOIN doubtful USING (file, row) "
            f"WHERE NOT {waits} UNION ALL BY NAME SELECT * FROM more) TO {quoted(path.as_posix())} "
            "(FORMAT parquet, COMPRESSION snappy)"
        )


class NotBulk(Exception):  # noqa: N818 - no error: the extract is read in the usual way
    """The files are not what the quick way can tell apart."""


def bulk_of(
    schema: ExtractSchema, files: Sequence[DropFile], period: Month, people: Mapping[str, pa.Array]
) -> Bulk | None:
    """The extract's plain rows where it is large and can be told apart; None where the usual way is right."""
    if not can_be_told(schema) or not files or any(f.path.suffix.lower() != ".parquet" for f in files):
        return None
    try:
        if sum(pa.parquet.read_metadata(file.path).num_rows for file in files) < LARGE:
            return None
        return Bulk(schema, files, period, people)
    except (NotBulk, duckdb.Error, pa.ArrowException, OSError, ExtractError):
        return None  # whatever is wrong is found and said by the usual way
