"""Who counts, what their result is, and the figures made of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import MONTHS, a_service_with, an_intake, many, measures_table, rows
from hypothesis import given
from hypothesis import strategies as st

from valuekit.errors import DefinitionError
from valuekit.measures import outcomes
from valuekit.measures.calendar import Span, due_spans, newest_due, spans
from valuekit.measures.results import GRACE_DAYS, days_to, results
from valuekit.project import Month

MRS = {
    "kind": "outcome_share",
    "instrument": "mrs",
    "time_point": "6_months",
    "at_most": 2,
    "death_counts_as": 6,
}


def result_of(
    source: dict,
    *,
    began="2025-06-01",
    died=None,
    answers=(),
    stays=(),
    activity=(),
    period="2026-10",
    **pathway,
) -> pd.Series:
    """The result of one pathway: `answers` are (recorded, completed, value or items), `stays` (from, to)."""
    service = a_service_with(source)
    own = pd.DataFrame(
        [
            {
                "pathway": "P1",
                "service": "stroke",
                "patient": "a",
                "began": pd.Timestamp(began),
                "fifth": 2,
                "cost_pence": 123_456,
                "first_stay_days": np.nan,
                "complete": True,
                **pathway,
            }
        ]
    )
    patients = pd.DataFrame({"patient": ["a"], "date_of_death": pd.to_datetime([died])})
    answered = pd.DataFrame(
        [
            {
                "outcome_id": f"O{i}",
                "patient": "a",
                "service": "stroke",
                "recorded_date": pd.Timestamp(recorded),
                "instrument": source.get("instrument", "eq5d5l"),
                "time_point": source.get("time_point"),
                "completed_date": pd.Timestamp(completed) if completed else pd.NaT,
                "value": answer if isinstance(answer, (int, float)) else np.nan,
                "items": answer if isinstance(answer, str) else None,
            }
            for i, (recorded, completed, answer) in enumerate(answers)
        ],
        columns=[
            "outcome_id",
            "patient",
            "service",
            "recorded_date",
            "instrument",
            "time_point",
            "completed_date",
            "value",
            "items",
        ],
    )
    nights = pd.DataFrame(
        [
            {
                "patient": "a",
                "activity_type": "admitted",
                "start_date": pd.Timestamp(s),
                "end_date": pd.Timestamp(e),
            }
            for s, e in stays
        ],
        columns=["patient", "activity_type", "start_date", "end_date"],
    )
    linked = pd.DataFrame(
        [{"pathway": "P1", "activity_type": kind, "start_date": pd.Timestamp(day)} for kind, day in activity],
        columns=["pathway", "activity_type", "start_date"],
    )
    found = results(an_intake(patients, answered, nights, period), [service], own, linked)
    return found[found["measure"] == "m0"].iloc[0]


def steps(row: pd.Series) -> tuple[bool, bool, bool, bool]:
    return tuple(bool(row[name]) for name in ("eligible", "invited", "returned", "known"))


@pytest.mark.parametrize(("score", "value"), [(0, 1.0), (2, 1.0), (3, 0.0), (6, 0.0)])
def test_a_share_counts_scores_up_to_its_threshold(score, value):
    row = result_of(MRS, answers=[("2025-12-01", "2025-12-01", score)])
    assert steps(row) == (True, True, True, True) and row["value"] == value


def test_at_least_counts_scores_from_its_threshold():
    svr = {"kind": "outcome_share", "instrument": "svr12", "time_point": "6_months", "at_least": 1}
    assert [result_of(svr, answers=[("2025-12-01", "2025-12-01", v)])["value"] for v in (0, 1)] == [0.0, 1.0]


def test_who_was_asked_and_did_not_answer_is_eligible_and_not_known():
    assert steps(result_of(MRS, answers=[("2026-01-20", None, np.nan)])) == (True, True, False, False)


def test_an_answer_that_cannot_be_used_is_returned_and_not_known():
    assert steps(result_of(MRS, answers=[("2025-12-01", "2025-12-01", np.nan)])) == (True, True, True, False)


def test_nobody_counts_before_the_time_point_and_its_grace_are_over():
    # 183 + 60 days before 31 October 2026 is 2 March 2026.
    assert days_to("6_months") + GRACE_DAYS == 243
    answers = [("2026-08-30", "2026-08-30", 1)]
    assert steps(result_of(MRS, began="2026-03-02", answers=answers))[0]
    late = result_of(MRS, began="2026-03-03", answers=answers)
    assert not late["eligible"] and not late["known"] and np.isnan(late["value"])


def test_a_death_before_the_time_point_counts_with_the_stated_score_although_nobody_was_asked():
    row = result_of(MRS, died="2025-07-01")
    assert steps(row) == (True, True, True, True) and row["value"] == 0.0


def test_a_death_counts_as_bad_even_where_an_early_answer_was_good():
    row = result_of(MRS, died="2025-11-28", answers=[("2025-11-20", "2025-11-20", 1)])
    assert row["value"] == 0.0


def test_a_death_after_the_time_point_changes_nothing():
    # 183 days after 1 June 2025 is 1 December 2025.
    row = result_of(MRS, died="2025-12-02", answers=[("2025-12-01", "2025-12-01", 1)])
    assert row["value"] == 1.0


def test_who_died_is_not_eligible_where_a_death_has_no_score():
    anxiety = {"kind": "outcome_share", "instrument": "gad7", "time_point": "6_months", "at_most": 9}
    assert steps(result_of(anxiety, died="2025-07-01")) == (False, False, False, False)
    assert steps(result_of(anxiety, died=None)) == (True, False, False, False)


def test_of_several_answers_the_one_nearest_the_time_point_counts_and_of_two_as_near_the_later():
    answers = [
        ("2025-11-01", "2025-11-01", 5),
        ("2025-12-03", "2025-12-03", 1),
        ("2025-11-29", "2025-11-29", 4),
    ]
    assert result_of(MRS, answers=answers)["value"] == 1.0
    assert result_of(MRS, answers=answers[::-1])["value"] == 1.0


def test_an_eq5d_result_is_the_index_of_the_profile():
    eq5d = {"kind": "eq5d_mean", "time_point": "6_months", "value_set": "uk_5l_vt_2026"}
    assert result_of(eq5d, answers=[("2025-12-01", "2025-12-01", "21111")])["value"] == pytest.approx(0.968)


@pytest.mark.parametrize(
    ("died", "value"), [(None, 1.0), ("2025-06-30", 0.0), ("2025-07-01", 1.0), ("2025-06-01", 0.0)]
)
def test_alive_after_30_days_means_no_death_before_the_thirtieth_day(died, value):
    assert result_of({"kind": "alive_share", "days": 30}, died=died)["value"] == value


def test_a_first_stay_that_has_not_ended_is_not_known():
    assert not result_of({"kind": "stay_mean"})["known"]
    assert result_of({"kind": "stay_mean"}, first_stay_days=12)["value"] == 12


def test_a_wait_runs_to_the_first_activity_of_the_wanted_type_after_the_start():
    wait = {"kind": "wait_mean", "to_activity_types": ["therapy"]}
    seen = [
        ("therapy", "2025-05-30"),
        ("imaging", "2025-06-03"),
        ("therapy", "2025-06-21 09:00"),
        ("therapy", "2025-06-29"),
    ]
    assert result_of(wait, activity=seen)["value"] == 20
    assert not result_of(wait, activity=seen[:2])["known"]


@pytest.mark.parametrize(
    ("stays", "died", "days"),
    [
        ([], None, 100),
        ([("2025-06-01", "2025-06-11")], None, 90),
        (
            [("2025-06-01", "2025-06-11"), ("2025-06-05", "2025-06-13")],
            None,
            88,
        ),  # overlapping stays: 12 nights
        ([("2025-06-01", "2025-06-11"), ("2025-06-03", "2025-06-05")], None, 90),  # one within the other
        (
            [("2025-06-01", "2025-06-21"), ("2025-06-03", "2025-06-05"), ("2025-06-10", "2025-06-15")],
            None,
            80,
        ),
        ([("2025-06-01", "2025-06-11"), ("2025-06-21", "2025-06-26")], None, 85),
        ([("2025-05-20", "2025-06-04")], None, 97),  # only the nights after the start
        ([("2025-09-05", "2025-10-05")], None, 96),  # 9 September is day 100
        ([("2025-06-01", "2025-06-11")], "2025-06-21", 10),  # alive for 20 days, 10 of them in hospital
        ([("2025-06-03", "2025-06-03")], None, 100),  # there and back on one day: no night
    ],
)
def test_days_at_home_are_days_alive_less_nights_in_hospital(stays, died, days):
    assert result_of({"kind": "days_at_home_mean", "days": 100}, stays=stays, died=died)["value"] == days


def test_cost_is_in_pounds_and_known_once_the_window_has_closed():
    service = a_service_with(MRS)
    own = pd.DataFrame(
        {
            "pathway": ["P1", "P2"],
            "service": "stroke",
            "patient": ["a", "b"],
            "fifth": [1, 2],
            "first_stay_days": 1.0,
            "began": pd.to_datetime(["2026-10-01", "2026-10-02"]),
            "cost_pence": [123_456, 5],
            "complete": [True, False],
        }
    )
    empty = pd.DataFrame(
        columns=[
            "outcome_id",
            "patient",
            "service",
            "instrument",
            "time_point",
            "recorded_date",
            "completed_date",
            "value",
            "items",
        ]
    )
    people = pd.DataFrame({"patient": ["a", "b"], "date_of_death": pd.to_datetime([None, None])})
    found = results(an_intake(people, empty, pd.DataFrame()), [service], own, pd.DataFrame())
    cost = found[found["measure"] == "cost_per_pathway"]
    assert cost["value"].iloc[0] == 1234.56 and cost["known"].tolist() == [True, False]


def test_an_answer_belongs_to_the_pathway_whose_time_point_it_is_nearest():
    service = a_service_with(MRS)
    own = pd.DataFrame(
        {
            "pathway": ["P1", "P2"],
            "service": "stroke",
            "patient": "a",
            "fifth": 1,
            "first_stay_days": 1.0,
            "cost_pence": 0,
            "began": pd.to_datetime(["2024-01-01", "2025-06-01"]),
            "complete": True,
        }
    )
    answers = pd.DataFrame(
        {
            "outcome_id": ["O1", "O2"],
            "patient": "a",
            "service": "stroke",
            "instrument": "mrs",
            "time_point": "6_months",
            "recorded_date": pd.to_datetime(["2024-07-05", "2025-11-25"]),
            "items": None,
            "value": [1.0, 5.0],
            "completed_date": pd.to_datetime(["2024-07-05", "2025-11-25"]),
        }
    )
    people = pd.DataFrame({"patient": ["a"], "date_of_death": pd.to_datetime([None])})
    found = results(an_intake(people, answers, pd.DataFrame()), [service], own, pd.DataFrame())
    assert found.loc[found["measure"] == "m0", "value"].tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("text", "days"),
    [("baseline", 0), ("6_weeks", 42), ("12_weeks", 84), ("6_months", 183), ("12_months", 365)],
)
def test_a_time_point_is_so_many_days_from_the_start(text, days):
    assert days_to(text) == days


def test_a_time_point_that_nobody_can_read_is_an_error():
    with pytest.raises(DefinitionError, match="'later' is not a time point"):
        days_to("later")


# ---------------------------------------------------------------- intervals of time


def test_the_newest_month_due_is_the_last_of_which_everybody_reached_the_day():
    october = Month(2026, 10)
    assert newest_due(october, 0) == october
    assert newest_due(october, 30) == Month(2026, 9)  # 30 September + 30 days = 30 October
    assert newest_due(october, 31) == Month(2026, 9)
    assert newest_due(october, 32) == Month(2026, 8)
    assert newest_due(october, 365) == Month(2025, 10)


def test_quarters_and_half_years_are_those_of_the_calendar_and_only_whole_ones_are_there():
    first, last = Month(2023, 11), Month(2026, 2)
    assert [s.words for s in spans("quarter", first, last)][:1] == ["January to March 2024"]
    assert [s.words for s in spans("quarter", first, last)][-1:] == ["October to December 2025"]
    assert [s.words for s in spans("half_year", first, last)][-1:] == ["July to December 2025"]


def test_years_end_with_the_newest_month_due():
    found = due_spans("year", MONTHS, 243)
    assert [s.words for s in found] == ["March 2024 to February 2025", "March 2025 to February 2026"]


@given(st.integers(0, 400), st.sampled_from(["month", "quarter", "half_year", "year"]))
def test_intervals_follow_each_other_within_what_is_covered_and_due(days, interval):
    found = due_spans(interval, MONTHS, days)
    for one, next_ in pairwise(found):
        assert one.last.plus(1) == next_.first
    for span in found:
        assert MONTHS.first <= span.first and (MONTHS.end - span.end).days >= days


# ---------------------------------------------------------------- figures


def test_a_share_over_time_is_in_per_cent_with_its_wilson_interval_and_completeness():
    days, values = many("2024-01", good=9, bad=3, unknown=4)
    row = (
        outcomes.series(rows(days, values), "month", MONTHS, "share").set_index("period").loc["January 2024"]
    )
    assert (row["numerator"], row["n"], row["eligible"], row["value"], row["completeness"]) == (
        9,
        12,
        16,
        75.0,
        0.75,
    )
    # Wilson by hand: (9 + 1.9207 ± 1.96 √(9 × 3 / 12 + 0.9604)) ÷ (12 + 3.8415).
    assert (row["lower"], row["upper"]) == (pytest.approx(46.77, abs=0.01), pytest.approx(91.11, abs=0.01))


def test_a_mean_over_time_has_its_t_interval_and_none_below_two_people():
    frame = rows(["2024-01-01", "2024-01-09", "2024-01-31", "2024-02-01"], [2.0, 4.0, 9.0, 7.0])
    found = outcomes.series(frame, "month", MONTHS, "mean").set_index("period")
    january, february = found.loc["January 2024"], found.loc["February 2024"]
    # By hand: mean 5, standard deviation √13, t(2) = 4.3027: half-width 4.3027 × √(13 / 3) = 8.9567.
    assert (january["value"], january["lower"]) == (5.0, pytest.approx(5 - 8.9567, abs=1e-3))
    assert february["value"] == 7.0 and np.isnan(february["lower"]) and february["shown"]
    assert np.isnan(january["numerator"])


def test_an_interval_is_without_figure_until_everybody_in_it_is_due():
    days, values = many("2026-09", 5, 5)
    found = outcomes.series(rows(days, values, due_days=40), "month", MONTHS, "share").set_index("period")
    assert not found.loc["September 2026", "shown"] and found.loc["September 2026", "reason"] == "not yet due"
    assert np.isnan(found.loc["September 2026", ["n", "value", "eligible"]].astype(float)).all()


def test_an_interval_in_which_nobody_is_known_is_too_few():
    found = outcomes.series(rows(*many("2024-01", 0, 0, 3)), "month", MONTHS, "share").set_index("period")
    assert found.loc["January 2024", "reason"] == "too few" and found.loc["January 2024", "eligible"] == 3


@given(
    st.lists(
        st.tuples(
            st.dates(pd.Timestamp("2023-11-01").date(), pd.Timestamp("2026-10-31").date()), st.booleans()
        ),
        min_size=1,
        max_size=60,
    )
)
def test_every_known_result_is_in_exactly_one_month(people):
    frame = rows([day for day, _ in people], [float(good) for _, good in people])
    found = outcomes.series(frame, "month", MONTHS, "share")
    assert found["n"].sum() == len(people) and found["numerator"].sum() == sum(good for _, good in people)


def two_years(now: tuple[int, int, int], before: tuple[int, int, int]) -> pd.DataFrame:
    days, values = (a + b for a, b in zip(many("2026-03", *now), many("2025-03", *before), strict=True))
    return rows(days, values)


def headline(frame: pd.DataFrame, **measure) -> pd.Series:
    measures = measures_table(measure)
    table = outcomes.series_table(frame, measures, MONTHS)
    return outcomes.headline(frame, table, measures, MONTHS).iloc[0]


def test_the_headline_sets_the_newest_12_months_against_the_12_before():
    # Newcombe 1998, method 10: 56/70 − 48/80 = 0.2, interval 0.0524 to 0.3339.
    row = headline(two_years((56, 14, 0), (48, 32, 20)))
    assert (
        row["year_words"] == "November 2025 to October 2026"
        and row["before_words"] == "November 2024 to October 2025"
    )
    assert (row["year_value"], row["before_value"]) == (80.0, 60.0)
    assert row["difference"] == pytest.approx(20.0)
    assert (row["diff_lower"], row["diff_upper"]) == (
        pytest.approx(5.24, abs=0.01),
        pytest.approx(33.39, abs=0.01),
    )
    assert row["verdict"] == "better" and row["completeness"] == 1.0
    assert row["latest_period"] == "March 2026" and row["latest_n"] == 70


@pytest.mark.parametrize(
    ("now", "before", "direction", "verdict"),
    [
        ((56, 14, 0), (48, 32, 0), "decrease", "worse"),
        ((48, 32, 0), (56, 14, 0), "increase", "worse"),
        ((48, 32, 0), (56, 14, 0), "decrease", "better"),
        ((50, 30, 0), (48, 32, 0), "increase", "uncertain"),
        ((56, 14, 0), (48, 32, 0), "neutral", "uncertain"),
        ((29, 0, 0), (0, 80, 0), "increase", "too_few"),  # 29 people in one of the years
        ((30, 0, 0), (0, 30, 0), "increase", "better"),
        ((56, 14, 71), (48, 32, 0), "increase", "too_few"),  # 70 of 141 known: less than half
    ],
)
def test_the_verdict_says_what_the_interval_says(now, before, direction, verdict):
    assert headline(two_years(now, before), direction=direction)["verdict"] == verdict


def test_a_measure_without_a_second_year_is_too_few_to_compare():
    row = headline(rows(*many("2026-03", 50, 50), due_days=365 + 366))
    assert row["verdict"] == "too_few" and row["before_n"] == 0 and row["before_words"] == ""


def test_a_mean_is_compared_by_welch():
    frame = rows(["2026-03-01"] * 40 + ["2025-03-01"] * 40, [10.0, 12.0] * 20 + [20.0, 22.0] * 20)
    row = headline(frame, statistic="mean", unit="days", direction="decrease")
    assert (
        row["difference"] == -10
        and row["diff_lower"] < -10 < row["diff_upper"] < 0
        and row["verdict"] == "better"
    )


def test_followup_counts_each_step_of_those_who_are_eligible_in_the_newest_year():
    service = a_service_with(MRS)
    frame = rows(["2025-12-15"] * 6, [1, 0, 1, np.nan, np.nan, np.nan], due_days=243).assign(
        service="stroke",
        measure="m0",
        eligible=[True] * 5 + [False],
        invited=[True] * 4 + [False] * 2,
        returned=[True] * 3 + [False] * 3,
    )
    found = outcomes.followup(frame, [service], MONTHS)
    assert found.to_dict("records") == [
        {
            "service": "stroke",
            "measure": "m0",
            "words": "March 2025 to February 2026",
            "eligible": 5,
            "invited": 4,
            "returned": 3,
            "complete": 3,
            "completeness": 0.6,
        }
    ]


def test_process_limits_come_from_the_rows_that_are_shown():
    days, values = [], []
    for month in range(24):
        more = many(str(MONTHS.first.plus(month)), 5 + month % 2, 5)
        days, values = days + more[0], values + more[1]
    table = outcomes.series_table(rows(days, values), measures_table({}), MONTHS)
    assert table["centre"].iloc[0] == pytest.approx(np.mean([50.0, 600 / 11]))
    hidden = outcomes.with_limits(
        table.assign(shown=table["period_start"] < "2024-10-01"), measures_table({})
    )
    assert set(hidden["chart"]) == {"run"}


def test_years_and_months_have_words():
    assert Span(Month(2026, 10)).words == "October 2026"
    assert Span(Month(2026, 7), 3).words == "July to September 2026"
    assert Span(Month(2025, 11), 12).words == "November 2025 to October 2026"
