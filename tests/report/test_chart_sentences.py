"""Sentences about phases, rare events, sites and slopes: right for each case, written here by hand."""

from __future__ import annotations

from datetime import date

import pytest
from test_sentences import SHARE, STAY, row

from valuekit.report.charts.funnel import signal
from valuekit.report.words import charts, sites

STAY_ROW, SHARE_ROW = row("measure", **STAY), row("measure", **SHARE)


def points(*phases: int, **values) -> list:
    return [
        row(
            "series",
            **{"shown": True, "value": 1.0, "phase": p, "chart": "xmr", "limits_from": "phase"} | values,
        )
        for p in phases
    ]


def setting(kind: str, first: date, words: str = "", last: date | None = None, value: float | None = None):
    return row("chart_setting", setting=kind, first=first, last=last, words=words, value=value)


REBASE = setting("rebase", date(2025, 3, 1), "Early supported discharge began")


def test_a_rebase_is_said_with_its_date_and_reason_where_it_made_a_phase():
    said = charts.phases(points(1, 2), [REBASE])
    assert said == "Limits are worked out anew from 1 March 2025, as early supported discharge began."
    assert charts.phases(points(1, 1), [REBASE]) == ""


def test_a_baseline_is_said_and_so_is_one_that_is_refused():
    base = setting("baseline", date(2024, 1, 1), last=date(2024, 12, 31))
    used = charts.phases(points(1, limits_from="baseline"), [base])
    assert used == "The limits are frozen: they rest on the points from 1 January 2024 to 31 December 2024."
    refused = charts.phases(points(1, limits_from="baseline_refused"), [base])
    assert "fewer than 12 points, so the limits rest on all points" in refused


def test_targets_by_date_are_listed_with_who_set_them():
    dated = [
        setting("target", None, "Trust board", value=50.0),
        setting("target", date(2025, 4, 1), "National board", value=60.0),
    ]
    said = charts.targets(SHARE_ROW, dated)
    assert said == "Targets: 50.0% (Trust board) and 60.0% from 1 April 2025 (National board)."


@pytest.mark.parametrize(
    ("signal", "chart", "head"),
    [
        ("common", "g", "no unusual change in how often this is not reached"),
        ("improvement", "g", "this is not reached more rarely, by more than chance alone would make likely"),
        ("concern", "g", "this is not reached more often, by more than chance alone would make likely"),
        ("", "run", "too few cases in which this is not reached for limits: read with caution"),
    ],
)
def test_rare_events_are_judged_by_the_newest_gap(signal, chart, head):
    events = [
        row("rare", event=i, between=3, centre=3.5, chart=chart, signal=signal, since=1) for i in (2, 3)
    ]
    assert charts.rare(SHARE_ROW, events, "g") == (
        f"Independent at six months: {head}. The middle gap between two such cases is 3.5 cases (n = 3). "
        "1 case has passed since the newest."
    )


def test_no_gap_is_said():
    assert "fewer than two cases" in charts.rare(SHARE_ROW, [], "t")


def a_site(name: str, value: float, place: str, **more):
    plain = {"site": name, "n": 100, "value": value, "lower": value - 9, "upper": value + 9, "average": 45.0}
    return row("funnel", **plain | {"place": place, "shown": True, "widened": False} | more)


def test_a_site_beyond_the_outer_limit_is_named_with_its_figure():
    said = sites.sites(
        SHARE_ROW, [a_site("A", 46, "inside"), a_site("B", 30, "below_998"), a_site("C", 50, "inside")]
    )
    assert said == (
        "Independent at six months: one site differs from the average by more than chance would make likely: "
        "B is lower, at 30.0% (n = 100, 95% interval 21.0% to 39.0%). The average of the 3 sites is 45.0% "
        "(n = 300). The figures are not adjusted for who comes to each site."
    )


def test_sites_within_the_limits_do_not_differ_and_hidden_ones_are_not_compared():
    inside = [a_site(name, 46, "inside") for name in "ABC"]
    assert "no site differs" in sites.sites(SHARE_ROW, inside)
    hidden = [*inside[:2], a_site("C", 1.0, "", lower=None, shown=False)]
    assert "cannot be shown" in sites.sites(SHARE_ROW, hidden)


@pytest.mark.parametrize(
    ("place", "direction", "expected"),
    [
        ("below_998", "increase", "concern"),
        ("below_998", "decrease", "improvement"),
        ("above_998", "increase", "improvement"),
        ("above_998", "neutral", "neutral"),
        ("below_95", "increase", "common"),
    ],
)
def test_a_site_is_marked_beyond_the_outer_limit_only(place, direction, expected):
    assert signal(place, direction) == expected


def test_the_slope_is_said_with_its_interval_and_only_claimed_when_clear():
    clear = row("inequality_slope", shown=True, slope=16.0, slope_lower=7.2, slope_upper=24.7, ratio=1.39,
                ratio_lower=1.16, ratio_upper=1.67)  # fmt: skip
    assert sites.slope(SHARE_ROW, clear) == (
        "From the most to the least deprived end the figure rises by more than chance would make likely: "
        "slope index +16.0 percentage points (95% interval 7.2 to 24.7), 1.39 times the figure at the most "
        "deprived end (95% interval 1.16 to 1.67)."
    )
    unclear = row("inequality_slope", shown=True, slope=-1.0, slope_lower=-3.0, slope_upper=1.0)
    assert "no clear slope is seen: slope index −1.0 days" in sites.slope(STAY_ROW, unclear)
    assert "cannot be shown (too few" in sites.slope(
        STAY_ROW, row("inequality_slope", shown=False, reason="too few")
    )
