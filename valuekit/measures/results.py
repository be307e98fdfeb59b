"""Who counts in a measure, and what their result is: one row a pathway and measure.

Everything that is shown later is a count or a mean of these rows, so what a measure means is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from valuekit.errors import DefinitionError, Problem
from valuekit.measures.calendar import last_day
from valuekit.measures.diagnoses import has_any
from valuekit.measures.people import eq5d

if TYPE_CHECKING:
    from valuekit.extracts import Intake
    from valuekit.measures.definition.definitions import Measure, ServiceDefinition

GRACE_DAYS = 60
"""Days after the time point in which a questionnaire may still come back: sent, reminded after two and four
weeks, answered, and entered by the next month's extract. Nobody counts as missing before."""

STAY_DUE_DAYS = 90
"""Days after which a first stay counts as due. A stay is in the extracts only once it has ended, so newer
months would hold the short stays alone."""

WAIT_DUE_DAYS = 180
"""Days after which a wait is due, and the longest wait that counts: all months have the same chance."""

QUESTIONNAIRES = ("outcome_share", "outcome_mean", "eq5d_mean")
"""Kinds of measure for which somebody has to be asked."""

COLUMNS = (
    "service",
    "measure",
    "pathway",
    "began",
    "fifth",
    "due",
    "eligible",
    "invited",
    "returned",
    "known",
    "value",
)


def days_to(time_point: str) -> int:
    """Days from the start of the pathway to a time point such as ``6_months``; ``baseline`` is 0."""
    found = re.fullmatch(r"(\d+)_(day|week|month|year)s?", time_point)
    if time_point == "baseline":
        return 0
    if not found:
        raise DefinitionError(
            Problem(
                f"'{time_point}' is not a time point", do="Write it as baseline, 6_weeks, 6_months or 1_year."
            )
        )
    return round(int(found[1]) * {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}[found[2]])


def due_days(measure: Measure, service: ServiceDefinition) -> int:
    """Days from the start after which the measure's result of a pathway can be known."""
    source, window = measure.source, service.pathway.days_after
    if source.kind in QUESTIONNAIRES:
        return days_to(source.time_point) + GRACE_DAYS
    return {
        "alive_share": lambda: source.days,
        "readmitted_share": lambda: source.days,
        "days_at_home_mean": lambda: source.days,
        "stay_mean": lambda: STAY_DUE_DAYS,
        "wait_mean": lambda: min(WAIT_DUE_DAYS, window),
        "pathway_cost_mean": lambda: window,
    }[source.kind]()


def results(
    intake: Intake,
    services: Sequence[ServiceDefinition],
    pathway: pd.DataFrame,
    pathway_activity: pd.DataFrame,
    value_sets: Mapping[str, eq5d.ValueSet] | None = None,
) -> pd.DataFrame:
    """One row for each pathway and each measure of its service.

    Parameters
    ----------
    intake
        ``patients`` for deaths, ``outcomes`` for answers, ``activity`` for days in hospital.
    pathway, pathway_activity
        Pathways, and the activity linked to them.
    value_sets
        EQ-5D value sets by name; those that come with valuekit by default.

    Returns
    -------
    pandas.DataFrame
        ``due`` is the day from which the result could be known (the time point, and for questionnaires
        60 days more); ``eligible`` whether the pathway got there within the period and counts;
        ``invited``, ``returned`` and ``known`` how far it came; ``value`` the result, 0 or 1 for shares,
        pounds for cost, missing unless known.

    Notes
    -----
    Who had died before the time point of a questionnaire is not eligible, unless the measure says what a
    death counts as. Such a death is a result for which nobody has to be asked: invited, returned and known.
    """
    deaths = intake.tables["patients"][["patient", "date_of_death"]]
    people = pathway.merge(deaths, on="patient", how="left")
    people["began"] = pd.to_datetime(people["began"]).dt.normalize()
    people["date_of_death"] = pd.to_datetime(people["date_of_death"]).dt.normalize()
    sets = eq5d.value_sets() if value_sets is None else value_sets
    found = []
    for service in services:
        own = people[people["service"] == service.service].reset_index(drop=True)
        for measure in service.measures:
            rows = _of_kind(measure, service, own, intake, pathway_activity, sets)
            days = due_days(measure, service)
            found.append(_finish(rows, own, measure, days, pd.Timestamp(last_day(intake.period))))
    return pd.concat(found, ignore_index=True)[list(COLUMNS)]


def _finish(
    rows: pd.DataFrame, own: pd.DataFrame, measure: Measure, days: int, end: pd.Timestamp
) -> pd.DataFrame:
    due = own["began"] + pd.Timedelta(days=days)
    reached = (due <= end).to_numpy()
    rows = rows.assign(
        service=own["service"],
        measure=measure.measure,
        pathway=own["pathway"],
        began=own["began"],
        fifth=own["fifth"],
        due=due,
        eligible=rows["eligible"] & reached,
        known=rows["known"] & reached,
    )
    rows["value"] = rows["value"].where(rows["known"])
    return rows


def _of_kind(measure, service, own, intake, pathway_activity, sets) -> pd.DataFrame:
    source = measure.source
    if source.kind in QUESTIONNAIRES:
        return _questionnaire(source, service.service, own, intake.tables["outcomes"], sets)
    if source.kind == "wait_mean":
        value = _wait(source, own, pathway_activity)
        value = value.where(value <= due_days(measure, service))
    else:
        value = {
            "alive_share": lambda: _alive(source, own),
            "readmitted_share": lambda: _readmitted(
                source, own, intake.tables["activity"], service.cohort.diagnoses
            ),
            "stay_mean": lambda: own["first_stay_days"],
            "days_at_home_mean": lambda: _days_at_home(source, own, intake.tables["activity"]),
            "pathway_cost_mean": lambda: own["cost_pence"] / 100,
        }[source.kind]()
    value = pd.to_numeric(value).astype("float64")
    known = value.notna()
    return pd.DataFrame(
        {"eligible": True, "invited": known, "returned": known, "known": known, "value": value}
    )


def _alive(source, own: pd.DataFrame) -> pd.Series:
    died = own["date_of_death"] < own["began"] + pd.Timedelta(days=source.days)
    return (~died).astype(float)


def _readmitted(source, own: pd.DataFrame, activity: pd.DataFrame, diagnoses: Sequence[str]) -> pd.Series:
    """1 for who was admitted again with one of `diagnoses`, 0 for who was not; missing without a first stay.

    A stay that begins on the last day of the first stay or the day after is its continuation elsewhere.
    """
    again = activity.loc[
        (activity["activity_type"] == "admitted") & has_any(activity["primary_diagnosis"], diagnoses),
        ["patient", "start_date"],
    ]
    stays = own[["pathway", "patient", "began", "first_stay_days"]].merge(again, on="patient")
    day = (pd.to_datetime(stays["start_date"]).dt.normalize() - stays["began"]).dt.days
    later = stays[(day > stays["first_stay_days"] + 1) & (day <= source.days)]
    return own["pathway"].isin(later["pathway"]).astype(float).where(own["first_stay_days"].notna())


def _wait(source, own: pd.DataFrame, pathway_activity: pd.DataFrame) -> pd.Series:
    """Days from the start to the first activity of the wanted types on or after it."""
    wanted = pathway_activity[pathway_activity["activity_type"].isin(source.to_activity_types)]
    starts = own[["pathway", "began"]].merge(wanted[["pathway", "start_date"]], on="pathway")
    starts["days"] = (pd.to_datetime(starts["start_date"]).dt.normalize() - starts["began"]).dt.days
    first = starts[starts["days"] >= 0].groupby("pathway")["days"].min()
    return own["pathway"].map(first)


def _days_at_home(source, own: pd.DataFrame, activity: pd.DataFrame) -> pd.Series:
    """Days alive in the first so many, less nights in any hospital (stays that overlap count once)."""
    until = own["began"] + pd.Timedelta(days=source.days)
    alive = (until.where(~(own["date_of_death"] < until), own["date_of_death"]) - own["began"]).dt.days.clip(
        lower=0
    )
    windows = own[["pathway", "patient", "began"]].assign(
        until=own["began"] + pd.to_timedelta(alive, unit="D")
    )
    return alive - own["pathway"].map(nights_in_hospital(windows, activity)).fillna(0)


def nights_in_hospital(windows: pd.DataFrame, activity: pd.DataFrame) -> pd.Series:
    """Nights in any hospital by pathway; nights that two stays share count once.

    Parameters
    ----------
    windows
        `pathway`, `patient`, and the days `began` and `until` between which nights count.
    activity
        `patient`, `activity_type`, `start_date`, `end_date`.
    """
    stays = activity.loc[
        activity["activity_type"] == "admitted", ["patient", "start_date", "end_date"]
    ].dropna()
    nights = windows.merge(stays, on="patient")
    nights["from"] = np.maximum(pd.to_datetime(nights["start_date"]).dt.normalize(), nights["began"])
    nights["to"] = np.minimum(pd.to_datetime(nights["end_date"]).dt.normalize(), nights["until"])
    nights["number"], names = pd.factorize(nights["pathway"])  # numbers sort and group faster than text
    nights = nights[nights["to"] > nights["from"]].sort_values(["number", "from", "to"])
    # The end of everything before, within the pathway: only what goes beyond it is new.
    reached = nights.groupby("number")["to"].cummax().groupby(nights["number"]).shift()
    new = (nights["to"] - np.maximum(nights["from"], reached.fillna(nights["from"]))).dt.days.clip(lower=0)
    found = new.groupby(nights["number"]).sum()
    return found.set_axis(names[found.index])


def answers(
    service: str, instrument: str, time_point: str, own: pd.DataFrame, outcomes: pd.DataFrame
) -> pd.DataFrame:
    """Rows of the outcomes extract for one instrument and time point, each with the pathway that it is about.

    Parameters
    ----------
    own
        Pathways of the service: ``pathway``, ``patient``, ``began``.

    Returns
    -------
    pandas.DataFrame
        The extract's columns with ``pathway`` and ``point`` (the day of the time point).
    """
    asked = outcomes[
        (outcomes["service"] == service)
        & (outcomes["instrument"] == instrument)
        & (outcomes["time_point"] == time_point)
    ]
    return _to_pathways(asked, own.assign(point=own["began"] + pd.Timedelta(days=days_to(time_point))))


def score_at(
    service: str,
    instrument: str,
    time_point: str,
    own: pd.DataFrame,
    outcomes: pd.DataFrame,
    score: Callable[[pd.DataFrame], pd.Series] = lambda rows: rows["value"],
) -> pd.Series:
    """The one score of each pathway in `own` at a time point, in its order; missing where there is none."""
    rows = answers(service, instrument, time_point, own, outcomes)
    rows["score"] = score(rows).where(rows["completed_date"].notna())
    return own["pathway"].map(_nearest(rows)).astype("float64")


def _questionnaire(source, service: str, own: pd.DataFrame, outcomes: pd.DataFrame, sets) -> pd.DataFrame:
    instrument = sets[source.value_set].code if source.kind == "eq5d_mean" else source.instrument
    time_point = own["began"] + pd.Timedelta(days=days_to(source.time_point))
    rows = answers(service, instrument, source.time_point, own, outcomes)
    if source.kind == "eq5d_mean":
        rows["score"] = eq5d.index(rows["items"], source.value_set, sets)
    else:
        rows["score"] = rows["value"]
    rows["score"] = rows["score"].where(rows["completed_date"].notna())
    score = own["pathway"].map(_nearest(rows))
    invited = own["pathway"].isin(rows["pathway"])
    returned = own["pathway"].isin(rows.loc[rows["completed_date"].notna(), "pathway"])
    died = own["date_of_death"] < time_point
    dead_score = getattr(source, "death_counts_as", None)
    if dead_score is not None:
        score = score.where(~died, dead_score)
        invited, returned = invited | died, returned | died
    before = answered_earlier(source, service, own, outcomes, sets)
    score = score.where(~before)
    invited, returned = invited & ~before, returned & ~before
    known = score.notna()
    if source.kind == "outcome_share":
        good = score >= source.at_least if source.at_least is not None else True
        good &= score <= source.at_most if source.at_most is not None else True
        score = good.astype(float)
    return pd.DataFrame(
        {
            "eligible": (~died | known) & ~before,
            "invited": invited,
            "returned": returned,
            "known": known,
            "value": score,
        }
    )


def answered_earlier(
    source, service: str, own: pd.DataFrame, outcomes: pd.DataFrame, sets: Mapping[str, eq5d.ValueSet]
) -> pd.Series:
    """Whether each pathway belongs to the questionnaire that was used before, which cannot be compared.

    Who was asked with one of the two belongs to it; who was asked with neither, by the day of the time point.
    """
    earlier = getattr(source, "earlier", None)
    if earlier is None:
        return pd.Series(False, index=own.index)
    asked = {
        name: own["pathway"].isin(
            answers(service, sets[name].code, source.time_point, own, outcomes)["pathway"]
        )
        for name in (source.value_set, earlier.value_set)
    }
    due = own["began"] + pd.Timedelta(days=days_to(source.time_point))
    neither = ~asked[source.value_set] & ~asked[earlier.value_set]
    by_date = neither & (due <= pd.Timestamp(earlier.until))
    return (asked[earlier.value_set] & ~asked[source.value_set]) | by_date


def _to_pathways(asked: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Rows of the outcomes extract, each with the one pathway of its person whose time point lies nearest."""
    rows = asked.merge(own[["patient", "pathway", "point"]], on="patient")
    gap = (pd.to_datetime(rows["recorded_date"]) - rows["point"]).abs()
    return first_of(rows.assign(gap=gap), "outcome_id", {"gap": True, "pathway": True})


def _nearest(rows: pd.DataFrame) -> pd.Series:
    """Score by pathway: of several answers the one nearest the time point; of two as near, the later."""
    usable = rows[rows["score"].notna()].copy()
    completed = pd.to_datetime(usable["completed_date"])
    usable["gap"], usable["late"] = (completed - usable["point"]).abs(), completed
    best = first_of(usable, "pathway", {"gap": True, "late": False, "outcome_id": False})
    return best.set_index("pathway")["score"]


def first_of(rows: pd.DataFrame, of: str, order: Mapping[str, bool]) -> pd.DataFrame:
    """The first row of each value of the column `of`; only rows that share one have to be sorted.

    Parameters
    ----------
    order
        Columns by which the rows of a value are sorted, and whether they rise.
    """
    shared = rows[of].duplicated(keep=False).to_numpy()
    if not shared.any():
        return rows
    in_order = rows[shared].sort_values(list(order), ascending=list(order.values()))
    return pd.concat([rows[~shared], in_order.drop_duplicates(of)])
