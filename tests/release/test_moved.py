"""Every public figure of a past interval that moved is found, in whatever table it stands; no other is."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from valuekit.mart import TABLES
from valuekit.measures.protection.declared import DECLARED
from valuekit.release.moved import Move, figures_of, identity, moves, write_moves
from valuekit.release.sign_off import LargestMove

BOUND = LargestMove(share=0.05, people=5)
YEAR, NEXT = "May 2025 to April 2026", "June 2025 to May 2026"


def written(folder: Path, table: str, *rows: dict[str, object]) -> Path:
    """A download of one table; columns that a row does not give are empty."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = [column.name for column in TABLES[table].columns]
    pd.DataFrame(rows, columns=columns).to_csv(folder / f"{table}.csv", index=False)
    return folder


def found(tmp_path: Path, table: str, old: dict, new: dict, same_month: bool = False) -> list[tuple]:
    before, now = written(tmp_path / "old", table, old), written(tmp_path / "new", table, new)
    return [(m.figure, m.column, m.old, m.new, m.beyond) for m in moves(before, now, BOUND, same_month)]


COST = {
    "service": "stroke",
    "words": YEAR,
    "stage": "ward",
    "resource": "NUR",
    "amount": 1000,
    "per_pathway": 10,
}
FIFTH = {"service": "stroke", "measure": "alive", "words": YEAR, "fifth": 1, "n": 100, "value": 50.0}
HEAD = {
    "service": "stroke",
    "measure": "alive",
    "year_words": YEAR,
    "before_words": "x",
    "year_n": 100,
    "year_value": 50,
}
VALUE = {
    "service": "stroke",
    "words": YEAR,
    "period_start": "2025-05-01",
    "n": 100,
    "cost": 900,
    "ratio": 4.0,
}


@pytest.mark.parametrize(
    ("table", "row", "column", "to", "figure"),
    [
        ("stage_cost", COST, "amount", 1200, f"stroke/stage_cost/{YEAR}"),
        ("inequality", FIFTH, "value", 60.0, f"stroke/alive/{YEAR}"),
        ("headline", HEAD, "year_value", 60, f"stroke/alive/{YEAR}"),
        ("value", VALUE, "cost", 1000, f"stroke/value/{YEAR}"),
    ],
)
def test_a_figure_of_the_same_interval_that_moved_is_found_in_every_kind_of_table(
    tmp_path, table, row, column, to, figure
) -> None:
    assert found(tmp_path, table, row, row) == []
    moved = found(tmp_path, table, row, {**row, column: to})
    assert [(name, which, beyond) for name, which, _, _, beyond in moved] == [(figure, column, True)]


def test_a_figure_of_another_interval_is_another_figure(tmp_path) -> None:
    assert found(tmp_path, "stage_cost", COST, {**COST, "words": NEXT, "amount": 9000}) == []


def test_totals_to_date_are_compared_only_within_one_month(tmp_path) -> None:
    old = {"position": 1, "line": "ledger", "name": "Ledger", "amount": 1000}
    assert found(tmp_path, "reconciliation", old, {**old, "amount": 2000}) == []
    moved = found(tmp_path, "reconciliation", old, {**old, "amount": 2000}, same_month=True)
    assert moved == [("all/reconciliation/to date", "amount", "1000", "2000", True)]


def test_a_comparison_of_options_runs_to_date_whatever_the_options_are_called(tmp_path) -> None:
    old = {
        "service": "stroke",
        "comparison": "deprivation",
        "option": "most",
        "option_words": "the most",
        "n": 90,
    }
    assert found(tmp_path, "option", old, {**old, "n": 200}) == []


MONTH = {"month": "2026-04", "words": "April 2026", "basis": "actual", "cost": 1000, "benefit": 50}


def test_what_the_programme_cost_in_a_past_month_is_held_to_the_bound_and_what_was_forecast_is_not(
    tmp_path,
) -> None:
    moved = found(tmp_path, "programme_month", MONTH, {**MONTH, "cost": 1200})
    assert moved == [("all/programme_month/2026-04", "cost", "1000", "1200", True)]
    ahead = {**MONTH, "basis": "forecast"}
    assert found(tmp_path, "programme_month", ahead, {**ahead, "cost": 1200}) == []
    assert found(tmp_path, "programme_month", ahead, MONTH) == [], "a forecast that came about has not moved"


def test_what_the_programme_yields_in_all_is_compared_only_for_a_correction(tmp_path) -> None:
    old = {"first": "2026-01", "last": "2030-12", "npv": 900, "roi": 1.5}
    assert found(tmp_path, "programme", old, {**old, "npv": 500}) == []
    assert found(tmp_path, "programme", old, {**old, "npv": 500}, same_month=True) == [
        ("all/programme/2026-01", "npv", "900", "500", True)
    ]


def test_the_bound_is_a_share_of_the_old_figure_and_for_counts_a_number_of_people(tmp_path) -> None:
    by_five = found(tmp_path, "inequality", FIFTH, {**FIFTH, "n": 95, "value": 52.5})
    assert [(column, beyond) for _, column, _, _, beyond in by_five] == [("n", False), ("value", False)]
    by_ten = found(tmp_path, "inequality", FIFTH, {**FIFTH, "n": 110, "value": 52.6})
    assert [(column, beyond) for _, column, _, _, beyond in by_ten] == [("n", True), ("value", True)]


def test_a_figure_that_is_hidden_now_is_beyond_the_bound_and_one_that_was_hidden_is_new(tmp_path) -> None:
    gone = {**FIFTH, "n": None, "value": None}
    assert {(new, beyond) for _, _, _, new, beyond in found(tmp_path, "inequality", FIFTH, gone)} == {
        ("", True)
    }
    assert found(tmp_path, "inequality", gone, FIFTH) == []


def test_the_list_of_moves_runs_in_no_spreadsheet(tmp_path) -> None:
    """Formulas as OWASP lists them under CSV injection; a negative figure stays a figure."""
    move = Move("stroke/alive/x", "series", "fifth 1", "value", "-1.5", "-2.5", True, True, "late data")
    write_moves(tmp_path / "moved.csv", [replace(move, says="=HYPERLINK(1)"), replace(move, row="@SUM(1)")])
    with (tmp_path / "moved.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["says"], second["row"]) == ("'=HYPERLINK(1)", "'@SUM(1)")
    assert (first["old"], first["new"], first["says"][1:]) == ("-1.5", "-2.5", "=HYPERLINK(1)")


SERIES = {"service": "stroke", "measure": "alive", "period": "May 2026", "n": 40, "value": 90.0}


def test_a_table_or_a_column_that_is_no_longer_published_is_a_figure_that_is_gone(tmp_path) -> None:
    old, new = written(tmp_path / "old", "series", SERIES), tmp_path / "new"
    new.mkdir()
    gone = [("n", "40", "", True), ("value", "90.0", "", True)]
    assert [(m.column, m.old, m.new, m.beyond) for m in moves(old, new, BOUND, False)] == gone
    written(new, "series", SERIES)
    pd.read_csv(new / "series.csv").drop(columns="value").to_csv(new / "series.csv", index=False)
    assert [(m.column, m.old, m.new, m.beyond) for m in moves(old, new, BOUND, False)] == gone[1:]


def test_every_public_table_with_figures_can_be_compared() -> None:
    with_figures = [name for name in DECLARED if figures_of(name)]
    assert {"series", "headline", "stage_cost", "value", "inequality", "flow_figure"} <= set(with_figures)
    for name in with_figures:
        columns = {column.name for column in TABLES[name].columns}
        assert identity(name) and set(identity(name)) <= columns, name
