"""A dated change to a service: the figure before and after it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import MONTHS, many, measures_table, rows

from valuekit.measures import changes


def one(date: str, frame: pd.DataFrame, measure="m", **settings) -> pd.Series:
    told = pd.DataFrame(
        [
            {
                "change_id": "c",
                "service": "s",
                "date": pd.Timestamp(date),
                "title": "T",
                "description": np.nan,
                "measure": measure,
            }
        ]
    )
    return changes.before_after(told, frame, measures_table(settings), MONTHS).iloc[0]


def at(*months: tuple) -> pd.DataFrame:
    parts = [many(*month) for month in months]
    return rows(
        [day for days, _ in parts for day in days], [value for _, values in parts for value in values]
    )


def test_twelve_months_before_are_set_against_the_months_since():
    frame = at(
        ("2024-05", 48, 32), ("2025-06", 56, 14), ("2025-05", 1, 0), ("2024-04", 99, 0), ("2026-05", 99, 0)
    )
    row = one("2025-05-01", frame)
    assert (row["before_words"], row["after_words"]) == ("May 2024 to April 2025", "May 2025 to April 2026")
    assert (row["before_n"], row["before_value"], row["after_n"]) == (80, 60.0, 71)
    assert row["verdict"] == "better"


@pytest.mark.parametrize(
    ("date", "after"), [("2025-05-01", "May 2025 to April 2026"), ("2025-05-02", "June 2025 to May 2026")]
)
def test_the_month_of_the_change_counts_only_where_it_began_with_it(date, after):
    row = one(date, at(("2024-06", 1, 1)))
    assert row["after_words"] == after and row["before_words"] == "May 2024 to April 2025"


def test_after_a_recent_change_only_months_that_are_due_count():
    frame = rows(["2026-08-03", "2026-09-03"], [1, 1], due_days=40)
    row = one("2026-08-01", frame)
    assert row["after_words"] == "August 2026" and row["after_n"] == 1 and row["verdict"] == "too_few"


def test_a_change_with_no_month_after_it_or_none_before_it_has_no_figures():
    for date in ("2026-10-20", "2023-11-01"):
        row = one(date, at(("2026-01", 5, 5)))
        assert row["verdict"] == "too_few" and np.isnan(row["difference"]) and row["before_words"] == ""


def test_a_change_whose_measure_is_not_named_or_not_known_stands_there_without_figures():
    for measure in (np.nan, "elsewhere"):
        row = one("2025-05-01", at(("2026-01", 5, 5)), measure=measure)
        assert row["title"] == "T" and np.isnan(row["difference"])


def test_a_change_early_in_the_data_is_compared_with_the_months_that_there_are():
    assert one("2024-02-01", at(("2024-01", 5, 5)))["before_words"] == "November 2023 to January 2024"
