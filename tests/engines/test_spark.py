"""Spark gives what DuckDB gives: each table of the joins, to the penny, in one order, of the same types."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engines import generated
from extracts import test_bulk as large_rows

from valuekit.engines import MASTER, Duck, Engine, chosen_engine
from valuekit.errors import ValuekitError
from valuekit.extracts import bulk
from valuekit.measures import pathways
from valuekit.measures.pathways import Linked, link

SMALL = {
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    # Compiling takes longer than so few rows: neither Spark's code nor, beyond the first step, Java's.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.shuffle.compress": "false",
    "spark.sql.inMemoryColumnarStorage.compressed": "false",
}


def _java() -> bool:
    return bool(shutil.which("java") or os.environ.get("JAVA_HOME"))


@pytest.fixture(scope="session")
def spark() -> Iterator[Engine]:
    """Spark inside this machine, on two cores; one for the whole session, as it takes seconds to start."""
    pytest.importorskip("pyspark", reason="PySpark is not installed (pip install '.[spark]')")
    pytest.importorskip("sqlglot", reason="sqlglot is not installed (pip install '.[spark]')")
    if not _java():
        pytest.skip("there is no Java on this machine (Spark needs 17 or newer)")
    from valuekit.engines.spark import Spark

    engine = Spark.on("local[2]", SMALL)
    yield engine
    engine.close()
    engine._session.stop()


@pytest.fixture(scope="module")
def both(spark: Engine) -> tuple[Linked, Linked]:
    """One generated extract, linked by DuckDB and by Spark."""
    intake = generated.intake()
    by_duck = link(intake, generated.SERVICES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pathways, "chosen_engine", lambda memory_limit: spark)
        return by_duck, link(intake, generated.SERVICES)


@pytest.mark.slow
@pytest.mark.parametrize("table", list(Linked.__dataclass_fields__))
def test_every_table_of_the_joins_is_the_same(both: tuple[Linked, Linked], table: str) -> None:
    by_duck, by_spark = (getattr(linked, table) for linked in both)
    assert len(by_duck) > 50, "the extract has something to say of this table"
    pd.testing.assert_frame_equal(by_spark, by_duck, check_exact=True)


@pytest.mark.slow
def test_every_penny_is_in_a_place(both: tuple[Linked, Linked]) -> None:
    assert both[1].cost_place["pence"].sum() == generated.intake().tables["cost_lines"]["pence"].sum()


@pytest.mark.slow
def test_an_engine_reads_numbers_and_writes_parquet_as_the_other_does(spark: Engine, tmp_path: Path) -> None:
    """Rows of a file count from 0, keys that stand twice are found, what is written is read again."""
    pq.write_table(pa.table({"key": ["a", "b", "a", None, "c"]}), tmp_path / "keys.parquet")
    found = {}
    with Duck("500MB") as duck:
        for name, engine in {"duck": duck, "spark": spark}.items():
            engine.parquet("keys", tmp_path / "keys.parquet")
            again = engine.repeated("SELECT hash(key) AS key FROM keys WHERE key IS NOT NULL")
            engine.register("again", again)
            twice = engine.rows("SELECT key FROM keys WHERE hash(key) IN (SELECT key FROM again)")
            engine.write("SELECT key, file_row_number AS place FROM keys", tmp_path / name)
            engine.parquet("written", tmp_path / name)
            rows = engine.rows("SELECT place, key FROM written ORDER BY place")
            found[name] = twice.to_pylist(), rows.to_pylist()
    assert found["spark"] == found["duck"]
    assert found["duck"][0] == [{"key": "a"}, {"key": "a"}]
    assert [row["place"] for row in found["duck"][1]] == [0, 1, 2, 3, 4]


@pytest.mark.slow
def test_the_validation_rules_judge_every_row_the_same(
    spark: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows broken in every way: what Spark accepts, counts and sets aside is what the usual way does."""
    project = large_rows.project_of(tmp_path / "p", large_rows.rows(150, 3, broken=60))
    monkeypatch.setattr(bulk, "chosen_engine", lambda memory_limit: spark)
    large_rows.assert_same(*large_rows.both_ways(project))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT CAST(held AS BIGINT) AS number FROM cells", "CAST_INVALID_INPUT"),
        ("SELECT held FROM nowhere", "TABLE_OR_VIEW_NOT_FOUND"),
    ],
)
def test_a_query_that_fails_is_one_fault_in_plain_words_without_a_cell(
    spark: Engine, sql: str, why: str
) -> None:
    spark.register("cells", pa.table({"held": ["12", "Quillfeather"]}))
    with pytest.raises(ValuekitError) as error:
        spark.rows(sql)
    said = str(error.value)
    assert said.startswith("VALUEKIT_SPARK: Spark stopped before the work was done") and why in said
    assert "DuckDB does the work" in said and "Quillfeather" not in said and "\n" not in said
    assert spark.rows("SELECT count(*) AS n FROM cells")["n"].to_pylist() == [2], "it can still be used"


def test_duckdb_runs_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MASTER, "  ")
    with chosen_engine("500MB") as engine:
        assert isinstance(engine, Duck)


def test_spark_that_is_not_there_is_said_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MASTER, "local[1]")
    monkeypatch.setitem(__import__("sys").modules, "sqlglot", None)  # as if it were not installed
    with pytest.raises(
        ValuekitError, match=r"VALUEKIT_SPARK: Spark cannot be used .*pip install '.\[spark\]'"
    ):
        chosen_engine("500MB")
