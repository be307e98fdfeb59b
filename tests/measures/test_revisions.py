"""Figures of past months that moved since the last release are listed, and only those."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valuekit.errors import ValuekitError
from valuekit.measures.revisions import released, revisions, save_release
from valuekit.project import Month

AUGUST, SEPTEMBER, OCTOBER = (Month(2026, month) for month in (8, 9, 10))


def series(**values: tuple[float, float] | None) -> pd.DataFrame:
    """A public series: month → (n, value), or None where it is not shown."""
    rows = [
        {
            "service": "stroke",
            "measure": "alive",
            "period": f"{month} 2026",
            "period_start": pd.Timestamp(f"2026-{month}-01"),
            "n": figure[0] if figure else np.nan,
            "value": figure[1] if figure else np.nan,
            "shown": figure is not None,
        }
        for month, figure in values.items()
    ]
    return pd.DataFrame(rows).astype({"n": "Int64"})


def test_the_first_release_has_nothing_to_compare_with(tmp_path: Path):
    assert revisions(tmp_path / "none", OCTOBER, series(May=(10, 50.0))).empty


def test_a_figure_that_moved_is_listed_with_old_and_new_and_one_that_stayed_is_not(tmp_path: Path):
    save_release(tmp_path / "2026-09" / "v1", SEPTEMBER, series(May=(40, 52.5), June=(35, 1 / 3)))
    moved = revisions(tmp_path, OCTOBER, series(May=(42, 50.0), June=(35, 1 / 3), July=(30, 48.0)))
    assert moved.values.tolist() == [["stroke", "alive", "May 2026", "2026-09", 40, 42, 52.5, 50.0]]


def test_a_change_of_people_alone_counts_as_moved(tmp_path: Path):
    save_release(tmp_path / "2026-09" / "v1", SEPTEMBER, series(May=(40, 50.0)))
    assert revisions(tmp_path, OCTOBER, series(May=(42, 50.0)))["new_n"].tolist() == [42]


def test_a_figure_no_longer_shown_counts_as_moved_and_has_no_new_value(tmp_path: Path):
    save_release(tmp_path / "2026-09" / "v1", SEPTEMBER, series(May=(40, 50.0), June=(20, 45.0)))
    moved = revisions(tmp_path, OCTOBER, series(May=None))
    assert moved["period"].tolist() == ["May 2026", "June 2026"]
    assert moved["new_value"].isna().all() and moved["new_n"].isna().all()


def test_a_figure_not_shown_then_is_new_and_not_moved(tmp_path: Path):
    save_release(tmp_path / "2026-09" / "v1", SEPTEMBER, series(May=None, April=(30, 40.0)))
    assert revisions(tmp_path, OCTOBER, series(May=(40, 50.0), April=(30, 40.0))).empty


def test_the_newest_earlier_release_counts_not_an_older_or_the_same_month(tmp_path: Path):
    save_release(tmp_path / "2026-08" / "v1", AUGUST, series(May=(1, 1.0)))
    save_release(tmp_path / "2026-09" / "v1", SEPTEMBER, series(May=(2, 2.0)))
    save_release(tmp_path / "2026-10" / "v1", OCTOBER, series(May=(3, 3.0)))
    moved = revisions(tmp_path, OCTOBER, series(May=(4, 4.0)))
    assert moved[["since", "old_n"]].values.tolist() == [["2026-09", 2]]


def test_a_release_keeps_only_figures_that_were_shown(tmp_path: Path):
    file = save_release(tmp_path / "2026-09" / "v1", SEPTEMBER, series(May=None, June=(35, 44.5)))
    assert file.read_bytes() == (
        b"released,service,measure,period,period_start,n,value\n"
        b"2026-09,stroke,alive,June 2026,2026-06-01,35,44.5\n"
    )


def test_a_spoilt_release_is_named_and_no_traceback(tmp_path: Path):
    (tmp_path / "2026-09" / "v1").mkdir(parents=True)
    (tmp_path / "2026-09" / "v1" / "figures.csv").write_text("not,what\nit,was\n", encoding="utf-8")
    with pytest.raises(ValuekitError, match=r"2026-09/v1/figures\.csv"):
        revisions(tmp_path, OCTOBER, series(May=(4, 4.0)))


def test_earlier_releases_are_listed_newest_first_without_this_month(tmp_path: Path):
    for month in (AUGUST, SEPTEMBER, OCTOBER):
        save_release(tmp_path / str(month) / "v1", month, series(May=(3, 3.0)))
    assert released(tmp_path, OCTOBER).values.tolist() == [
        ["stroke", "2026-09", 1],
        ["stroke", "2026-08", 1],
    ]
    assert released(tmp_path / "none", OCTOBER).empty


def test_a_spoilt_release_of_this_month_or_later_is_no_hindrance(tmp_path: Path):
    (tmp_path / "2026-10" / "v1").mkdir(parents=True)
    (tmp_path / "2026-10" / "v1" / "figures.csv").write_bytes(b"")
    save_release(tmp_path / "2026-09" / "v1", SEPTEMBER, series(May=(3, 3.0)))
    assert released(tmp_path, OCTOBER).values.tolist() == [["stroke", "2026-09", 1]]
    assert not list(tmp_path.rglob("*.part"))


def test_of_a_corrected_month_the_newest_version_counts_and_ten_comes_after_nine(tmp_path: Path):
    for version in (1, 9, 10):
        save_release(tmp_path / "2026-09" / f"v{version}", SEPTEMBER, series(May=(version, 50.0)))
    moved = revisions(tmp_path, OCTOBER, series(May=(40, 50.0)))
    assert moved["old_n"].tolist() == [10]
    assert released(tmp_path, OCTOBER).values.tolist() == [["stroke", "2026-09", 10]]


def test_a_release_that_is_still_being_made_is_no_release(tmp_path: Path):
    save_release(tmp_path / "2026-09" / "v1.new", SEPTEMBER, series(May=(40, 50.0)))
    assert revisions(tmp_path, OCTOBER, series(May=(41, 50.0))).empty
