"""Outcomes by fifth of deprivation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import MONTHS, measures_table, rows

from valuekit.measures.people import inequality

BEGAN = ["2024-10-31", "2024-11-01", "2025-06-01", "2026-10-31", "2026-10-31", "2026-01-01"]


def by_fifth(fifths, values=(1, 1, 0, 1, 0, 1), **measure) -> pd.DataFrame:
    frame = rows(BEGAN, values).assign(fifth=pd.array(fifths, dtype="Int64"))
    return inequality.by_fifth(frame, measures_table(measure), MONTHS)


def test_each_fifth_has_its_figure_over_the_newest_24_months_due():
    found = by_fifth([1, 1, 1, 2, 2, 5])
    # The first pathway began a day before the 24 months.
    assert found["n"].tolist() == [2, 2, 0, 0, 1]
    assert found["value"].tolist()[:2] == [50.0, 50.0]
    assert set(found["words"]) == {"November 2024 to October 2026"}


def test_a_fifth_with_nobody_is_too_few_and_still_there():
    found = by_fifth([1, 1, 1, 2, 2, 5])
    assert found["shown"].tolist() == [True, True, False, False, True]
    assert found["reason"].tolist() == ["", "", "too few", "too few", ""]


def test_people_whose_fifth_is_not_known_are_in_none():
    assert by_fifth([None] * 6)["n"].sum() == 0


def test_a_mean_by_fifth_is_a_mean():
    found = by_fifth([3] * 6, values=(9, 2, 4, 6, 8, 10), statistic="mean", unit="days")
    assert found["value"].iloc[2] == 6.0 and found["n"].iloc[2] == 5


def test_the_share_known_stands_beside_each_fifth():
    # Within the 24 months: both of fifth 1 are known, one of two of fifth 2, and the one of fifth 5.
    found = by_fifth([1, 1, 1, 2, 2, 5], values=(1, 1, 0, 1, np.nan, 1))
    assert found["completeness"].to_numpy() == pytest.approx([1, 0.5, np.nan, np.nan, 1], nan_ok=True)
    assert found["n"].tolist() == [2, 1, 0, 0, 1]
