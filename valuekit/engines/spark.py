"""SQL on Apache Spark: the same queries, over as many machines as the master has.

Needs the extra ``spark`` (PySpark 4, sqlglot) and Java 17 or newer. Settings of a cluster (executors, memory,
queues) belong into Spark's own ``spark-defaults.conf``; here stands only what the results rest on.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import ParamSpec, Self, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from valuekit.errors import Problem, ValuekitError

MEANING = MappingProxyType({
    "spark.sql.session.timeZone": "UTC",  # a time of the extracts is one of no zone
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",  # a sum that does not fit is an error, never another number
    # Tables of this process go to the executors as rows, not as a part of every query's plan.
    "spark.sql.execution.arrow.localRelationThreshold": "0",
})  # fmt: skip
"""Settings of every session, whatever the cluster's own say."""

_NEAR = MappingProxyType({
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.warehouse.dir": Path(tempfile.gettempdir(), "valuekit-spark").as_uri(),  # not in the checkout
})  # fmt: skip
"""Of Spark inside this machine: it listens to nobody else, and leaves nothing in the folder it is run in."""


_P, _R = ParamSpec("_P"), TypeVar("_R")


def _in_plain_words(step: Callable[_P, _R]) -> Callable[_P, _R]:
    """`step`, whose failure on the cluster is one fault that a person can act on.

    Spark's own words stay in its log: they hold the query, and cells of rows that it could not convert.
    """

    @wraps(step)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            return step(*args, **kwargs)
        except (PySparkException, Py4JError) as error:
            raise _failed(error) from None

    return wrapped


class Spark:
    """A session of its own on a Spark: its tables and names are seen by nobody else.

    Parameters
    ----------
    session
        A ``pyspark.sql.SparkSession``; it is left running.
    """

    def __init__(self, session: object):
        self._session = session.newSession()
        for key, value in MEANING.items():
            self._session.conf.set(key, value)
        self._made: list = []

    @classmethod
    def on(cls, master: str, settings: Mapping[str, str] | None = None) -> Self:
        """An engine on the Spark at `master`; the process keeps one connection for all engines.

        Raises
        ------
        ValuekitError
            PySpark, sqlglot, Java or the master is not there.
        """
        try:
            import sqlglot  # noqa: F401 - said here, before anything runs
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise _missing(f"Python has no {error.name}", "Run pip install '.[spark]'") from None
        builder = SparkSession.builder.master(master).appName("valuekit")
        near = _NEAR if master.startswith("local") else {}
        for key, value in {**near, **MEANING, **(settings or {})}.items():
            builder = builder.config(key, value)
        try:
            return cls(builder.getOrCreate())
        except Exception as error:  # PySpark has no one class for a Java that is missing and a master that is
            raise _missing(
                type(error).__name__,
                "Java 17 or newer must be installed (JAVA_HOME), and the master's address be right",
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @_in_plain_words
    def register(self, name: str, table: pa.Table) -> None:
        """Let the SQL read `table` under `name`; its times in microseconds, unsigned numbers as signed."""
        self._keep(name, self._session.createDataFrame(_for_spark(table)))

    @_in_plain_words
    def parquet(self, name: str, path: Path) -> None:
        """Let the SQL read a Parquet file or a folder of them, which every executor must reach at `path`."""
        frame = self._session.read.parquet(path.resolve().as_posix())
        number = frame.selectExpr("*", "_metadata.row_index AS file_row_number")
        number.createOrReplaceTempView(_name(name))

    @_in_plain_words
    def view(self, name: str, sql: str) -> None:
        """Give a query a name."""
        self._query(sql).createOrReplaceTempView(_name(name))

    @_in_plain_words
    def make(self, name: str, sql: str) -> None:
        """Make a table of a query, which runs when it is first asked for and stays in memory or on disk."""
        self._keep(name, self._query(sql))

    @_in_plain_words
    def rows(self, sql: str) -> pa.Table:
        """The rows of a query, in the driver's memory."""
        return self._query(sql).toArrow()

    def repeated(self, sql: str) -> pa.Table:
        """Values that stand more than once."""
        return self.rows(f"SELECT key FROM ({sql}) AS every_key GROUP BY key HAVING count(*) > 1")

    @_in_plain_words
    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a query to a folder of Parquet files; what stood there is gone."""
        if path.is_dir():
            shutil.rmtree(path)
        self._query(sql).write.parquet(path.resolve().as_posix(), mode="overwrite", compression="snappy")

    def close(self) -> None:
        """Let go of every table that was made."""
        while self._made:
            self._made.pop().unpersist()

    def _keep(self, name: str, frame: object) -> None:
        frame.persist().createOrReplaceTempView(_name(name))
        self._made.append(frame)

    def _query(self, sql: str) -> object:
        from valuekit.engines.dialect import to_spark

        return self._session.sql(to_spark(sql))


def _name(name: str) -> str:
    return name if name.isidentifier() else f"`{name}`"


def _for_spark(table: pa.Table) -> pa.Table:
    columns = []
    for column in table.columns:
        kind = column.type
        if pa.types.is_dictionary(kind):
            column = column.cast(kind.value_type)
        elif pa.types.is_timestamp(kind):
            column = column.cast(pa.timestamp("us"))
        elif pa.types.is_uint64(kind):
            # A hash: the same bits, read as Spark's own are.
            column = pc.cast(column, pa.int64(), safe=False)
        columns.append(column)
    return pa.table(columns, names=table.column_names)


_LOST = {
    "OutOfMemoryError": "it had too little memory",
    "Py4JNetworkError": "the connection to it was lost",
}
"""Faults by a part of their class or condition, where Spark's name for them helps nobody."""


def _failed(error: Exception) -> ValuekitError:
    """What a query ended with, by the name of its condition and never by its message."""
    names = [type(error).__name__]
    java = getattr(error, "java_exception", None)
    if java is not None:
        names.append(java.getClass().getSimpleName())
    condition = getattr(error, "getCondition", lambda: None)()
    known = [
        words for part, words in _LOST.items() if any(part in name for name in (*names, condition or ""))
    ]
    return ValuekitError(
        Problem(
            "Spark stopped before the work was done",
            "VALUEKIT_SPARK",
            known[0] if known else condition or names[-1],
            "Look in Spark's own log, give it more memory or executors, and run again; or unset "
            "VALUEKIT_SPARK, and DuckDB does the work",
        )
    )


def _missing(why: str, do: str) -> ValuekitError:
    return ValuekitError(
        Problem(
            "Spark cannot be used",
            "VALUEKIT_SPARK",
            why,
            f"{do}; or unset VALUEKIT_SPARK, and DuckDB does the work",
        )
    )
