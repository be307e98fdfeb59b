"""A large extract gives what a small one gives: the same rows, the same quarantine, the same counts."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.minimal_drop import PERIOD, SERVICES, TEXTS, minimal_project
from valuekit.errors import ExtractError
from valuekit.extracts import Intake, bulk, take_in
from valuekit.project import Month, Project

HEADER = ["cost_line_id", "activity_id", "month", "resource", "department", "amount"]
GOOD = ["CL-100001", "ACT-0004", "2026-10", "MED", "OUTPT", "12.50"]
FAULTS = {
    "cost_line_id": [None, "cl", "CL-900001\t", " CL-100002", "=A1", "CL-0000\x07", "9434765919",
                     "CL 1", "Ä" * 6, "CL-01000009 ", "CL-943-476-5919",
                     "CL-1943-476-5919", "ZZ11AB", "1931-03-07"],
    "activity_id": [None, "", "9990012016", "ACT-999001201612", "ACT-0001 ", "x", "ACT-9434765919", "ZZ13QX"],
    "month": ["2026-08", "2026-11", "2027-01", "26-10", None, "2026-13", "2026-10-01"],
    "resource": ["XXX", None, "med", " MED", "=MED"],
    "department": ["XXX", None, "OUTPT "],
    "amount": ["1e3", "0.001", "0.0010", "+5", "-5", "1000000", "1000000.01", "-1000001", None, "1,000",
               "5.", ".5", "9999999999999", "7.10", "0.1000"],
}  # fmt: skip


def rows(count: int, seed: int, broken: int) -> list[list[str | None]]:
    """Good rows with `broken` of them changed in one cell, and some rows and keys that stand twice."""
    draw = random.Random(seed)
    made = [
        [f"CL-{seed:02d}{i:06d}", *GOOD[1:4], GOOD[4], f"{draw.randint(-900, 90000) / 100:.2f}"]
        for i in range(count)
    ]
    for _ in range(broken):
        column = draw.randrange(6)
        draw.choice(made)[column] = draw.choice(FAULTS[HEADER[column]])
    return [*made, list(made[0]), [made[1][0], *made[2][1:]], [None] * 6]


def parquet(path: Path, cells: list[list[str | None]]) -> None:
    columns = [pa.array([row[i] for row in cells], pa.string()) for i in range(6)]
    pq.write_table(pa.table(columns, names=HEADER), path, row_group_size=50)


def both_ways(project: Project, period: Month = PERIOD) -> tuple[Intake | str, Intake | str]:
    """What comes of a drop in the usual way, and with every Parquet extract taken for a large one."""
    found = []
    for least in (bulk.LARGE, 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bulk, "LARGE", least)
            try:
                found.append(take_in(project, period, SERVICES, project.root / f"_build{least}"))
            except ExtractError as error:
                found.append(str(error))
    return found[0], found[1]


def assert_same(usual: Intake | str, large: Intake | str) -> None:
    if isinstance(usual, str) or isinstance(large, str):
        assert usual == large
        return
    assert "cost_lines" in large.large and "cost_lines" not in large.tables and not usual.large
    held = pd.read_parquet(large.large["cost_lines"]).sort_values("cost_line_id", ignore_index=True)
    wanted = usual.tables["cost_lines"].sort_values("cost_line_id", ignore_index=True)
    pd.testing.assert_frame_equal(held[list(wanted)].astype(wanted.dtypes.to_dict()), wanted)
    for name in ("quality_file", "quality_rule"):
        pd.testing.assert_frame_equal(getattr(large, name), getattr(usual, name))
    assert large.set_aside_pence == usual.set_aside_pence and large.notes == usual.notes
    quarantine = [(i.store.parent / "quarantine.csv").read_text() for i in (usual, large)]
    assert quarantine[0] == quarantine[1]


def sheet(path: Path, cells: list[list[str | None]]) -> None:
    """The same as CSV; every cell that may be is quoted where `path` is of September."""
    quoting = csv.QUOTE_ALL if "2026-09" in path.name else csv.QUOTE_MINIMAL
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=quoting, lineterminator="\n")
        writer.writerows([HEADER, *([cell or "" for cell in row] for row in cells)])


def as_sheets(project: Project) -> Project:
    """The same drop with its cost lines as CSV in place of Parquet."""
    for path in project.extracts.glob("cost_lines_*.parquet"):
        columns = pq.read_table(path).to_pydict().values()
        sheet(path.with_suffix(".csv"), [list(row) for row in zip(*columns, strict=True)])
        path.unlink()
    return project


def project_of(root: Path, cells: list[list[str | None]], month: str = "2026-10") -> Project:
    project = minimal_project(root, cost_lines=None)
    parquet(project.extracts / f"cost_lines_{month}.parquet", cells)
    (project.extracts / "cost_lines_2026-09.csv").unlink()
    before = list(csv.reader(io.StringIO(TEXTS["cost_lines_2026-09.csv"])))[1:]
    parquet(project.extracts / "cost_lines_2026-09.parquet", before)
    return project


@pytest.mark.parametrize("seed", range(6))
def test_broken_rows_are_judged_as_in_a_small_extract(tmp_path: Path, seed: int) -> None:
    assert_same(*both_ways(project_of(tmp_path / "p", rows(400, seed, broken=60))))


def test_broken_rows_of_a_large_csv_are_judged_as_in_a_small_one(tmp_path: Path) -> None:
    usual, large = both_ways(as_sheets(project_of(tmp_path / "p", rows(400, 1, broken=60))))
    assert not isinstance(large, str) and "CSV, UTF-8" in set(large.quality_file["format"])
    assert_same(usual, large)
    assert not list((tmp_path / "p" / "_store").glob("*")), "what was written for reading is gone"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("OUTPT", 'OUT"PT', 1),  # a quote that stands alone
        lambda text: text.replace(",MED,", ",MED,MED,", 1),  # a cell too many
        lambda text: text.rstrip("\n"),  # no line break at the end
        lambda text: text.replace("OUTPT", '"OUT\nPT"', 1),  # a line break within a code
        lambda text: "\ufeff" + text,  # a byte order mark
        lambda text: text.replace("department", "resource", 1),  # a name that stands twice
        lambda text: text.replace("\n", ",a note \n").replace("a note ", "note", 1),  # a column more, padded
        lambda text: text.replace("OUTPT", "\xc9TAGE", 1).encode("cp1252"),
    ],
)
def test_whatever_is_strange_about_a_large_csv_is_said_as_of_a_small_one(tmp_path: Path, change) -> None:
    project = as_sheets(project_of(tmp_path / "p", rows(80, 5, broken=3)))
    path = project.extracts / "cost_lines_2026-10.csv"
    made = change(path.read_bytes().decode("utf-8"))
    path.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))
    usual, large = both_ways(project)
    if not isinstance(usual, str) and not large.large:  # read in the usual way, as nothing else is exact
        large_as_usual = large.tables["cost_lines"]
        pd.testing.assert_frame_equal(large_as_usual, usual.tables["cost_lines"])
        pd.testing.assert_frame_equal(large.quality_file, usual.quality_file)
        pd.testing.assert_frame_equal(large.quality_rule, usual.quality_rule)
    else:
        assert_same(usual, large)


def test_a_csv_of_many_blocks_is_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from valuekit.extracts import plain_csv

    monkeypatch.setattr(plain_csv, "BLOCK", 1_000)  # rows lie across blocks, and so do characters
    assert_same(*both_ways(as_sheets(project_of(tmp_path / "p", rows(300, 3, broken=40)))))


@pytest.mark.parametrize("column", HEADER)
def test_each_fault_alone_is_found(tmp_path: Path, column: str) -> None:
    made = rows(300, 1, broken=0)
    for i, value in enumerate(FAULTS[column]):
        made[10 + 2 * i][HEADER.index(column)] = value
    usual, large = both_ways(project_of(tmp_path / "p", made))
    assert not isinstance(usual, str) and usual.quality_rule["rows"].sum() > 0
    assert_same(usual, large)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(st.text(max_size=12), st.integers(0, 5)), min_size=15, max_size=15))
def test_any_text_in_any_cell_is_judged_the_same(tmp_path_factory, cells: list[tuple[str, int]]) -> None:
    made = rows(1200, 2, broken=0)  # so many that the file is not refused whole for fifteen of them
    for i, (value, column) in enumerate(cells):
        made[7 + 70 * i][column] = value.encode("utf-8", "ignore").decode("utf-8")
    usual, large = both_ways(project_of(tmp_path_factory.mktemp("any") / "p", made))
    assert not isinstance(usual, str)
    assert_same(usual, large)


@pytest.mark.parametrize("kind", ["decimal", "double", "integer", "date"])
def test_typed_columns_are_read_the_same(tmp_path: Path, kind: str) -> None:
    project = project_of(tmp_path / "p", rows(50, 3, broken=0)[:50])
    path = project.extracts / "cost_lines_2026-10.parquet"
    frame = pd.read_parquet(path)
    pounds = frame["amount"].astype("float64")
    if kind == "decimal":
        held = pa.array([f"{v:.2f}" for v in pounds]).cast(pa.decimal128(12, 2))
    elif kind == "double":
        held = pa.array([*pounds[:-3], float("nan"), 0.1 + 0.2, 1e15])
    elif kind == "integer":
        held = pa.array(pounds.astype("int64"))
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if kind == "date":
        month = pa.array(pd.to_datetime(["2026-10-01"] * 47 + ["2026-10-02", "2026-12-01", None]).date)
        table = table.set_column(2, "month", month)
    else:
        table = table.set_column(5, "amount", held)
    pq.write_table(table, path)
    assert_same(*both_ways(project))


def test_a_key_that_is_another_rows_once_trimmed_is_refused_between_files(tmp_path: Path) -> None:
    made = rows(20, 1, broken=0)[:20]
    made[3][0] = "CL-000001\t"  # stands, without the tab, in September's file
    usual, large = both_ways(project_of(tmp_path / "p", made))
    assert "1 duplicate key across files" in usual and usual == large


def test_whole_files_that_are_wrong_are_refused_in_the_same_words(tmp_path: Path) -> None:
    lower = [[(row[0] or "").lower(), *row[1:]] for row in rows(50, 1, broken=0)]
    early = [[row[0], row[1], "2026-08", *row[3:]] for row in rows(50, 1, broken=0)]
    before = list(csv.reader(io.StringIO(TEXTS["cost_lines_2026-09.csv"])))[1:]
    for i, (cells, words) in enumerate(
        ((lower, "too many rows"), (early, "wrong period"), (before, "duplicate keys across"))
    ):
        usual, large = both_ways(project_of(tmp_path / f"p{i}", cells))
        assert isinstance(usual, str) and words in usual and usual == large


def test_control_totals_and_rows_that_wait_count_the_same(tmp_path: Path) -> None:
    made = rows(200, 4, broken=10)
    for row in made[50:90]:
        row[2] = "2026-12"
    project = project_of(tmp_path / "p", made)
    (project.extracts / "cost_lines_2026-10.parquet").rename(
        project.extracts / "cost_lines_2026-10_to_2026-12.parquet"
    )
    for total in (1, 2):
        lines = ["file,rows,amount"]
        for file in sorted(project.extracts.iterdir()):
            if file.name not in ("about.yml", "control_totals.csv"):
                lines.append(f"{file.name},{total},0")
        (project.extracts / "control_totals.csv").write_text("\n".join(lines))
        assert_same(*both_ways(project))
    (project.extracts / "control_totals.csv").unlink()
    usual, large = both_ways(project)
    assert "wait for their own report" in " ".join(usual.quality_file["note"])
    assert_same(usual, large)


def test_a_large_drop_gives_the_same_mart(tmp_path: Path) -> None:
    from tests.minimal_drop import ROOT
    from valuekit.build import _computed, _definitions
    from valuekit.project import AUDIENCES

    definitions = _definitions(Project(ROOT))
    before = list(csv.reader(io.StringIO(TEXTS["cost_lines_2026-10.csv"])))[1:]
    before = [[cell or None for cell in row] for row in before]
    project = project_of(tmp_path / "p", before)
    marts = [_computed(intake, definitions, project) for intake in both_ways(project)]
    for audience in AUDIENCES:
        for name, frame in marts[0][audience].items():
            pd.testing.assert_frame_equal(marts[1][audience][name], frame, obj=f"{audience} {name}")
