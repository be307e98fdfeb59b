"""How a pathway flows: stages, waits, hand-offs, returns, and time with care against time without.

Everything comes from the activity itself (``sql/stage_visit.sql``, ``sql/flow_pathway.sql``), for a service's
newest complete 12 months. A *visit* is a pathway's time in one stage, a *step* goes from one visit to the
next, and the *wait* of a step is the days without any contact before the next visit began: nothing where the
next began while the one before went on. A pathway comes *back* when it visits a stage again after another.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np
import pandas as pd

from valuekit.measures.methods import Example, Method
from valuekit.measures.money.costs import CompleteYear, stage_names, with_stages
from valuekit.measures.statistics import intervals

FIGURES: Mapping[str, tuple[str, str, str, int]] = {
    # figure: name, statistic, unit, decimals
    "visits": ("Visits to a stage, a pathway", "mean", "visits", 1),
    "back": ("Pathways that came back to a stage they had left", "share", "%", 1),
    "returns": ("Pathways with a return to a hospital bed", "share", "%", 1),
    "department_handoffs": ("Hand-offs between departments, a pathway", "mean", "hand-offs", 1),
    "provider_handoffs": ("Hand-offs between providers, a pathway", "mean", "hand-offs", 1),
    "span_days": ("Days from first to last contact", "mean", "days", 1),
    "bed_days": ("of these, days in a hospital bed", "mean", "days", 1),
    "contact_days": ("of these, days in other contact", "mean", "days", 1),
    "free_days": ("of these, days without contact", "mean", "days", 1),
    "touched": ("Share of the time with care (bed or contact)", "ratio", "%", 1),
}
"""The figures of a service's flow, in the order in which they are shown."""


def flow_stage(year: CompleteYear, visits: pd.DataFrame) -> pd.DataFrame:
    """Who reaches each stage, and when.

    Returns
    -------
    pandas.DataFrame
        One row a stage that anybody reached: `stage`, `stage_name`, `position`, `n` (pathways), `pathways`
        (that reached it), `share` (0 to 1), `back` (pathways that came back to it), `first_day` (median day,
        from the start of the pathway, on which those who reached it first came to it).
    """
    first = visits[~visits["again"]].copy()
    began = pd.to_datetime(year.pathway.set_index("pathway")["began"]).reindex(first["pathway"])
    first["day"] = (first["start_date"].to_numpy() - began.to_numpy()) / np.timedelta64(1, "D")
    grouped = first.groupby("stage")
    back = visits[visits["again"]].groupby("stage")["pathway"].nunique()
    frame = pd.DataFrame({"pathways": grouped.size(), "first_day": grouped["day"].median()})
    frame["back"] = back.reindex(frame.index).fillna(0)
    reached = [stage for stage in stage_names(year.service) if stage in frame.index]
    frame = with_stages(frame.reindex(reached).rename_axis("stage").reset_index(), year.service)
    return frame.assign(n=year.n, share=frame["pathways"] / max(year.n, 1))


def flow_step(year: CompleteYear, visits: pd.DataFrame) -> pd.DataFrame:
    """The steps from stage to stage, the commonest first.

    Returns
    -------
    pandas.DataFrame
        One row a pair of stages: `from_stage`, `from_name`, `from_position`, `to_stage`, `to_name`,
        `to_position`, `n` (pathways), `pathways` (that took the step at least once), `share`, `times` (it was
        taken), `back` (pathways that came back to a stage by it), `wait_median`, `wait_p90` (days, over the
        times). Percentiles interpolate linearly (Hyndman and Fan 1996, type 7).
    """
    steps = visits.assign(from_stage=visits.groupby("pathway")["stage"].shift())
    steps = steps.dropna(subset=["from_stage"]).rename(columns={"stage": "to_stage"})
    grouped = steps.groupby(["from_stage", "to_stage"])
    frame = pd.DataFrame(
        {
            "pathways": grouped["pathway"].nunique(),
            "times": grouped.size(),
            "wait_median": grouped["wait_days"].median(),
            "wait_p90": grouped["wait_days"].quantile(0.9),
        }
    )
    back = steps[steps["again"]].groupby(["from_stage", "to_stage"])["pathway"].nunique()
    frame["back"] = back.reindex(frame.index).fillna(0)
    frame = frame.reset_index()
    names = stage_names(year.service)
    order = {stage: i for i, stage in enumerate(names, 1)}
    for end in ("from", "to"):
        frame[f"{end}_name"] = frame[f"{end}_stage"].map(names).astype("str")
        frame[f"{end}_position"] = frame[f"{end}_stage"].map(order).astype("Int64")
    frame = frame.assign(n=year.n, share=frame["pathways"] / max(year.n, 1))
    by = ["pathways", "from_position", "to_position"]
    return frame.sort_values(by, ascending=[False, True, True], ignore_index=True)


def of_year(year: CompleteYear, stage_visit: pd.DataFrame) -> pd.DataFrame:
    """Visits of the pathways of `year`, in order: what every other function here takes as `visits`."""
    held = stage_visit[stage_visit["pathway"].isin(year.pathway["pathway"])]
    return held.sort_values(["pathway", "visit"], ignore_index=True)


def flow_figure(year: CompleteYear, visits: pd.DataFrame, flow_pathway: pd.DataFrame) -> pd.DataFrame:
    """The figures of :data:`FIGURES`, each with its n and 95% interval.

    Means have Student's t interval, shares Wilson's, the share of time Fieller's (a ratio of totals).
    `n` of returns are the pathways with a stay; of every other figure, all pathways.
    """
    held = flow_pathway[flow_pathway["pathway"].isin(year.pathway["pathway"])].reset_index(drop=True)
    counted = visits.groupby("pathway").agg(visits=("visit", "size"), back=("again", "any"))
    held = held.join(counted, on="pathway")
    held = held.assign(
        contact_days=held["covered_days"] - held["bed_days"],
        free_days=(held["span_days"] - held["covered_days"]).clip(lower=0),
    )
    rows = []
    for position, (figure, (name, statistic, unit, decimals)) in enumerate(FIGURES.items(), 1):
        if figure == "returns":
            value = (held.loc[held["has_stay"].astype(bool), "returns"] > 0).to_numpy(float)
        elif figure == "touched":
            value = held["covered_days"].to_numpy(float)
        else:
            value = held[figure].to_numpy(float)
        found, lower, upper = _summed(statistic, value, held["span_days"].to_numpy(float))
        rows.append(
            {
                "figure": figure, "position": position, "name": name, "statistic": statistic, "unit": unit,
                "decimals": decimals, "n": len(value), "value": found, "lower": lower, "upper": upper,
                "shown": bool(np.isfinite(found)),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _summed(statistic: str, value: np.ndarray, span: np.ndarray) -> tuple[float, float, float]:
    """The figure and its interval; shares and ratios in per cent."""
    n = len(value)
    if not n:
        return np.nan, np.nan, np.nan
    if statistic == "mean":
        average, ends = intervals.mean_of(value)
        return average, float(ends.lower), float(ends.upper)
    if statistic == "share":
        ends = intervals.share(value.sum(), n)
        return 100 * float(value.mean()), 100 * float(ends.lower), 100 * float(ends.upper)
    if span.sum() <= 0:
        return np.nan, np.nan, np.nan
    ends = intervals.fieller(value, span)
    # The share of time cannot leave 0 to 1; the interval of few people may.
    lower, upper = (float(np.clip(end, 0, 1)) for end in ends)
    return 100 * float(value.sum() / span.sum()), 100 * lower, 100 * upper


def _example() -> Example:
    first = pd.DataFrame(
        {
            "Pathway": ["A", "A", "A", "B", "B", "C"],
            "Visit": [1, 2, 3, 1, 2, 1],
            "Stage": ["Ward", "Clinic", "Ward", "Ward", "Clinic", "Ward"],
            "From day": [0, 14, 20, 0, 8, 0],
            "To day": [4, 14, 23, 6, 8, 5],
        }
    )
    start = pd.Timestamp("2026-01-01")
    visits = pd.DataFrame(
        {
            "pathway": first["Pathway"],
            "visit": first["Visit"],
            "stage": first["Stage"],
            "start_date": start + pd.to_timedelta(first["From day"], unit="D"),
            "wait_days": [np.nan, 10, 6, np.nan, 2, np.nan],
            "again": [False, False, True, False, False, False],
        }
    )
    stages = tuple(SimpleNamespace(stage=name, name=name) for name in ("Ward", "Clinic"))
    service = SimpleNamespace(pathway=SimpleNamespace(stages=stages))
    year = SimpleNamespace(service=service, pathway=pd.DataFrame({"pathway": ["A", "B", "C"]}), n=3)
    step = flow_step(year, visits)
    to_clinic = step[(step["from_stage"] == "Ward") & (step["to_stage"] == "Clinic")]
    back = step[(step["from_stage"] == "Clinic") & (step["to_stage"] == "Ward")]
    return Example(
        says="Three pathways through a ward and a clinic.",
        inputs=first,
        steps=(
            "From ward to clinic: pathway A waits 14 − 4 = 10 days, B waits 8 − 6 = 2 days. The median is 6.",
            "Pathway A comes back to the ward after the clinic: one of three pathways.",
        ),
        result={
            "Median wait from ward to clinic, days": float(to_clinic["wait_median"].iloc[0]),
            "Pathways that came back, %": float(100 * back["back"].iloc[0] / year.n),
        },
        published={"Median wait from ward to clinic, days": 6.0, "Pathways that came back, %": 33.3},
        published_in="worked out by hand",
        decimals=1,
    )


METHODS = (
    Method(
        id="flow",
        name="How a pathway flows",
        question="Which way do patients go, where do they wait, and who hands them on?",
        formula="Activity of one stage that touches, overlaps or has no other stage between is one visit. "
        "The wait of a step is the days without any contact before the next visit. A hand-off is a change of "
        "department or provider from one activity to the next. Every moment from first to last contact is in "
        "a bed, in other contact, or without contact. Share of the time with care = days in a bed or in "
        "contact, over all days, summed over pathways.",
        units="Start and end of each activity in; pathways, days and shares out.",
        source="Rother and Shook 1999, Learning to See, Lean Enterprise Institute (value stream: touch time "
        "and waiting time); van der Aalst 2016, Process Mining, 2nd ed. (steps counted from an event log), "
        "doi 10.1007/978-3-662-49851-4. Intervals: Student's t, Wilson, and Fieller for the ratio.",
        fails="Recorded start and end are not the minutes that somebody was with the patient: a day in a bed "
        "counts as care. A contact whose record covers several days counts in full. Care that no extract "
        "holds, such as general practice, is a wait here. Time before the first contact is not seen.",
        function="valuekit.measures.flow.flow_step",
        example=_example,
        group="Cost and flow",
        also=("valuekit.measures.flow.flow_stage", "valuekit.measures.flow.flow_figure"),
    ),
)
