"""SQL on DuckDB, inside this process: one machine, a memory limit, and a temporary folder for the rest."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa


class Duck:
    """A DuckDB of its own, which is gone when it is closed.

    Parameters
    ----------
    memory_limit
        As DuckDB writes it: ``2GB``.
    """

    def __init__(self, memory_limit: str):
        self._spill = tempfile.TemporaryDirectory(prefix="valuekit-")
        self._database = duckdb.connect(
            config={"memory_limit": memory_limit, "temp_directory": self._spill.name}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def register(self, name: str, table: pa.Table) -> None:
        """Let the SQL read `table` under `name`."""
        self._database.register(name, table)

    def parquet(self, name: str, path: Path) -> None:
        """Let the SQL read a Parquet file or a folder of them, with `file_row_number`."""
        files = path / "*.parquet" if path.is_dir() else path
        self.view(name, f"SELECT * FROM read_parquet({_quoted(files.as_posix())}, file_row_number = true)")

    def view(self, name: str, sql: str) -> None:
        """Give a query a name."""
        self._database.execute(f'CREATE VIEW "{name}" AS {sql}')

    def make(self, name: str, sql: str) -> None:
        """Make a table of a query."""
        self._database.execute(f'CREATE TABLE "{name}" AS {sql}')

    def rows(self, sql: str) -> pa.Table:
        """The rows of a query."""
        return self._database.sql(sql).to_arrow_table()

    def repeated(self, sql: str) -> pa.Table:
        """Values that stand more than once: sorted outside DuckDB, in eight bytes a row.

        A GROUP BY over tens of millions of different values takes DuckDB several times as much memory.
        """
        ((count,),) = self._database.sql(f"SELECT count(*) FROM ({sql})").fetchall()
        values, at = np.empty(count, dtype=np.uint64), 0
        for batch in self._database.sql(sql).to_arrow_reader(1 << 18):
            values[at : at + len(batch)] = batch.column(0).to_numpy()
            at += len(batch)
        values.sort()
        return pa.table({"key": np.unique(values[1:][values[1:] == values[:-1]])})

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a query to one Parquet file."""
        self._database.execute(
            f"COPY ({sql}) TO {_quoted(path.as_posix())} (FORMAT parquet, COMPRESSION snappy)"
        )

    def close(self) -> None:
        """Let go of the rows and of what was spilt to disk."""
        self._database.close()
        self._spill.cleanup()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
