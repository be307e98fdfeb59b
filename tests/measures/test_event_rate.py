"""Rates of events, held against hand-checked pathways, the literature's interval, and simulation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import MONTHS, a_measure
from hypothesis import given
from hypothesis import strategies as st

from valuekit.mart import TABLES
from valuekit.measures import frames
from valuekit.measures.definition.chart_settings import ChartSettings
from valuekit.measures.definition.definitions import load_services
from valuekit.measures.people import event_rate
from valuekit.measures.statistics import intervals, rates, spc
from valuekit.project import Project

AT_HOME = {"kind": "event_rate", "activity_types": ["emergency"], "exposure": "days_at_home", "days": 30}
IN_BED = AT_HOME | {"activity_types": ["admitted"], "diagnoses": ["J18"], "exposure": "bed_days"}


def activity(*rows: tuple) -> pd.DataFrame:
    """Rows of (kind, from, to, diagnosis); all of patient a."""
    return pd.DataFrame(
        [
            {
                "activity_id": f"A{i}",
                "patient": "a",
                "activity_type": kind,
                "start_date": pd.Timestamp(start),
                "end_date": pd.Timestamp(end),
                "primary_diagnosis": diagnosis,
                "treatment_function": "130" if kind == "eye" else "300",
            }
            for i, (kind, start, end, diagnosis) in enumerate(rows)
        ]
    )


def one(source: dict, *rows: tuple, died: str | None = None, left_out: tuple = ()) -> tuple[float, float]:
    """Events and exposure of a pathway that began on 1 June 2025."""
    own = pd.DataFrame(
        {"pathway": ["p"], "patient": ["a"], "began": [pd.Timestamp("2025-06-01")],
         "date_of_death": pd.to_datetime([died])}
    )  # fmt: skip
    found = event_rate.exposed(a_measure(source).source, left_out, own, activity(*rows)).iloc[0]
    return found["events"], found["exposure"]


STAY = ("admitted", "2025-06-01T10:00", "2025-06-11T12:00", "I639")
"""Ten nights, of which the first lies on day 0; nine from day 1 on."""


# Which events and which days count


def test_days_at_home_are_the_days_alive_that_are_no_nights_in_hospital():
    # Days 1 to 29 are 29 days; the stay takes the nights of days 1 to 9, which are nine.
    assert one(AT_HOME, STAY) == (0, 29 - 9)
    assert one(AT_HOME, STAY, died="2025-06-21") == (0, 19 - 9)


def test_an_attendance_counts_at_home_and_the_one_that_opens_the_pathway_does_not():
    opens = ("emergency", "2025-06-01T08:00", "2025-06-01T10:00", "I639")
    later = ("emergency", "2025-06-20T08:00", "2025-06-20T10:00", "R074")
    last_day = ("emergency", "2025-06-30T08:00", "2025-06-30T10:00", "R074")
    too_late = ("emergency", "2025-07-01T08:00", "2025-07-01T10:00", "R074")
    assert one(AT_HOME, opens, STAY, later, last_day, too_late)[0] == 2


def test_an_event_counts_where_it_happens():
    in_bed = ("emergency", "2025-06-05T08:00", "2025-06-05T10:00", "R074")
    assert one(AT_HOME, STAY, in_bed)[0] == 0
    assert one(AT_HOME | {"exposure": "bed_days"}, STAY, in_bed) == (1, 9)


def test_an_episode_within_a_stay_counts_in_bed_and_a_stay_is_not_an_event_within_itself():
    # One stay in two episodes: the second is the pneumonia. Then a stay for pneumonia from home.
    first = ("admitted", "2025-06-01T10:00", "2025-06-05T09:00", "I639")
    second = ("admitted", "2025-06-05T09:00", "2025-06-11T12:00", "J189")
    from_home = ("admitted", "2025-06-20T09:00", "2025-06-22T12:00", "J189")
    assert one(IN_BED, first, second, from_home)[0] == 1
    assert one(IN_BED | {"exposure": "days_at_home"}, first, second, from_home)[0] == 1


def test_other_diagnoses_and_treatment_functions_left_out_do_not_count():
    source = AT_HOME | {"activity_types": ["eye"], "diagnoses": ["H25"]}
    visit, other = (("eye", "2025-06-20", "2025-06-20", code) for code in ("H251", "I10X"))
    assert one(source, visit, other)[0] == 1
    assert one(source, visit, left_out=("130",))[0] == 0


# The rate and its interval


def test_the_interval_is_byars_where_nobody_has_two():
    value, ends = rates.crude([24], [12_000], [24])
    plain = intervals.rate([24], [12_000])
    assert value[0] == pytest.approx(2.0)
    assert (ends.lower[0], ends.upper[0]) == pytest.approx((1000 * plain.lower[0], 1000 * plain.upper[0]))


@given(st.lists(st.integers(1, 6), min_size=10, max_size=60), st.integers(100, 10_000))
def test_the_interval_is_dobsons_of_one_stratum_with_the_variance_of_repeats(each, days):
    times, people = np.unique(each, return_counts=True)
    dobson = rates.direct_of_repeats([people], [days], [1.0], times, per=1000)
    value, ends = rates.crude(sum(each), days, sum(k * k for k in each))
    assert (float(value), float(ends.upper)) == pytest.approx((dobson.value, dobson.upper))
    assert float(ends.lower) == pytest.approx(max(dobson.lower, 0.0))


def test_no_event_has_a_rate_of_nought_with_the_exact_upper_end_and_no_day_has_none():
    value, ends = rates.crude([0, 0], [1000, 0], [0, 0])
    # The exact upper end of no event is −ln 0.025 = 3.689.
    assert (value[0], ends.lower[0], ends.upper[0]) == pytest.approx((0, 0, 3.689), abs=5e-4)
    assert np.isnan(value[1]) and np.isnan(ends.upper[1])


def test_the_interval_holds_the_true_rate_at_its_nominal_rate_with_repeats():
    """About 60 people have 1 to 4 events each, 150 in all, in 40,000 days: 3.75 in 1,000."""
    rng, tries = np.random.default_rng(5), 2000
    times, people = np.array([1, 2, 3, 4]), np.array([15, 15, 15, 15])
    drawn = rng.poisson(people, (tries, 4))
    events, squares, days = drawn @ times, drawn @ times**2, np.full(tries, 40_000.0)
    _, ends = rates.crude(events, days, squares)
    # Standard error of a share of 2,000: √(0.95 × 0.05 ÷ 2000) = 0.005.
    assert np.mean((ends.lower <= 3.75) & (ends.upper >= 3.75)) == pytest.approx(0.95, abs=0.015)
    # Taken as if each event were of another person, it holds far less often than it says.
    _, narrow = rates.crude(events, days, events)
    assert np.mean((narrow.lower <= 3.75) & (narrow.upper >= 3.75)) < 0.85


# Over time


def a_rate(**more):
    return a_measure(AT_HOME, "visits", "decrease").model_copy(update={"chart": "u_prime"} | more)


def pathways(each_month: list[tuple[float, float]]) -> pd.DataFrame:
    """One row a month from November 2023: its events and its days."""
    began = pd.date_range("2023-11-01", periods=len(each_month), freq="MS")
    events, exposure = zip(*each_month, strict=True)
    return pd.DataFrame({"began": began, "events": events, "exposure": exposure})


def test_a_u_prime_chart_has_the_limits_of_laney_by_hand():
    # Twelve months in turn: 10 in 1,000 days, and 40 in 2,000. All: 300 in 18,000, so 16.667 in 1,000.
    frame = pathways([(10, 1000.0), (40, 2000.0)] * 6)
    frame["period_start"], frame["shown"] = frame["began"], True
    frame["value"], frame["n"] = 1000 * frame["events"] / frame["exposure"], frame["exposure"] / 1000
    made = spc.xmr(frame, "decrease", kind="u_prime", within=(0, None))
    centre = 300 / 18
    within = np.sqrt(centre / np.array([1.0, 2.0]))
    z = (np.array([10.0, 20.0]) - centre) / within
    reach = 3 * abs(z[1] - z[0]) / 1.128 * within
    assert made["centre"].iloc[0] == pytest.approx(centre)
    assert made["upper_limit"].iloc[:2].tolist() == pytest.approx((centre + reach).tolist())
    assert made["lower_limit"].iloc[0] == max(0, centre - reach[0])
    assert set(made["chart"]) == {"u_prime"}


def test_a_month_is_shown_once_everybodys_days_are_over():
    made = event_rate.over_time(pathways([(1, 500.0)] * 36), a_rate(), MONTHS, ChartSettings(kind="u_prime"))
    # 30 days after 30 September is 30 October 2026; after 31 October it is November, which is not covered.
    assert made.loc[made["shown"], "period"].iloc[-1] == "September 2026"
    assert made["reason"].iloc[-1] == "not yet due"
    assert made["value"].iloc[0] == pytest.approx(2.0)


def test_two_years_are_compared_by_the_ratio_of_their_rates():
    rows = pathways([(2, 1000.0)] * 23 + [(4, 1000.0)] * 13)  # 24 events, then 48, in 12,000 days each
    rows.loc[rows.index[:23], "events"] = [2] * 23
    found = event_rate._years(rows, a_rate(), MONTHS)
    # By hand: ratio 2; log standard error √(1/24 + 1/48) = 0.25 when each person has one event; here each
    # month is a person with f events, so the variances are Σf² ÷ (Σf)²: 12 × 16 ÷ 48² and 12 × 4 ÷ 24².
    error = np.sqrt(12 * 16 / 48**2 + 12 * 4 / 24**2)
    assert found["ratio"] == pytest.approx(2.0)
    assert found["ratio_lower"] == pytest.approx(2 * np.exp(-1.959964 * error))
    assert (found["events"], found["before_events"], found["verdict"]) == (48, 24, "uncertain")


@pytest.mark.parametrize(
    ("lower", "upper", "direction", "says"),
    [(1.1, 2, "decrease", "worse"), (0.5, 0.9, "decrease", "better"), (1.1, 2, "increase", "better"),
     (0.9, 1.1, "decrease", "uncertain"), (1.1, 2, "neutral", "uncertain"),
     (np.nan, np.nan, "decrease", "too_few")],
)  # fmt: skip
def test_a_ratio_is_judged_by_its_interval(lower, upper, direction, says):
    assert event_rate.verdict(lower, upper, direction) == says


def test_fewer_than_ten_events_in_a_year_are_not_compared():
    found = event_rate._years(pathways([(0.5, 1000.0)] * 36), a_rate(), MONTHS)
    assert found["verdict"] == "too_few" and np.isnan(found["ratio"])


# Who may see it


def test_no_figure_of_a_rate_is_public():
    for name in ("rate_series", "rate_year", "case_mix_group", "need_rate"):
        assert "public" not in TABLES[name].audiences
    figures = {"value", "lower", "upper", "n", "events", "exposure", "with_event"}
    assert not figures & {column.name for column in TABLES["rate"].columns}


def test_a_service_keeps_its_rates_apart_from_the_measures_that_the_public_sees():
    services = load_services(Project(Path(__file__).resolve().parents[2]))
    stroke = next(s for s in services if s.service == "stroke")
    assert [m.measure for m in stroke.rates] == ["emergency_at_home"]
    assert "emergency_at_home" not in [m.measure for m in stroke.measures]
    public = frames.measure([stroke], {}, "public", dict.fromkeys(("share", "mean"), ""))
    assert "rate" not in set(public["statistic"])
    assert frames.rate([stroke], {}, "how")["unit"].tolist() == ["1,000 days at home"]
