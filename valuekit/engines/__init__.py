"""What runs the SQL: DuckDB inside this process, or Apache Spark on a cluster. One file of SQL serves both.

A room writes its SQL in DuckDB's dialect and hands it to an :class:`Engine`; it never asks which one it has.
The environment variable ``VALUEKIT_SPARK`` chooses: where it holds the address of a Spark master
(``spark://host:7077``, ``yarn``, ``local[4]``) Spark runs the SQL, else DuckDB. Their results are the same,
to the penny and in the same order, so nothing else in the house knows of the choice.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import pyarrow as pa

from valuekit.engines.duck import Duck

MASTER = "VALUEKIT_SPARK"
"""Environment variable with the address of a Spark master; unset or empty for DuckDB."""

__all__ = ["MASTER", "Duck", "Engine", "chosen_engine"]


class Engine(Protocol):
    """Runs SQL of DuckDB's dialect over tables that have a name. Close it, or use it in a ``with`` block."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def register(self, name: str, table: pa.Table) -> None:
        """Let the SQL read `table` under `name`."""

    def parquet(self, name: str, path: Path) -> None:
        """Let the SQL read a Parquet file, or a folder of them, under `name`.

        The column ``file_row_number`` counts the rows of a file from 0; ``SELECT *`` shows it too.
        """

    def view(self, name: str, sql: str) -> None:
        """Give a query a name; it runs anew each time."""

    def make(self, name: str, sql: str) -> None:
        """Make a table of a query; it runs once."""

    def rows(self, sql: str) -> pa.Table:
        """The rows of a query, in its order."""

    def repeated(self, sql: str) -> pa.Table:
        """Values that stand more than once in the only column, `key` (from ``hash()``), of a long query."""

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a query as Parquet to `path`: a file, or a folder of them (Spark)."""

    def close(self) -> None:
        """Let go of every table and of what was spilt to disk."""


def chosen_engine(memory_limit: str) -> Engine:
    """The engine that the environment chooses.

    Parameters
    ----------
    memory_limit
        DuckDB's memory, as ``2GB``; what does not fit goes to a temporary file. Spark's own settings say
        what it may take.

    Raises
    ------
    ValuekitError
        Spark is asked for, and PySpark, sqlglot, Java or the master is not there.
    """
    master = os.environ.get(MASTER, "").strip()
    if not master:
        return Duck(memory_limit)
    from valuekit.engines.spark import Spark  # only here: PySpark and sqlglot are an extra

    return Spark.on(master)
