"""Rates: events for so many days, such as falls for each 1,000 bed days, and their u′ chart.

A share counts people, each once. A rate counts events, of which one person may have several, against the time
in which they could happen. Everybody's time counts, whether or not anything happened in it.

A rate beside its days tells the number of events, and few events are few people. So these figures are for the
board and the team; the public tables say only what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span, due_spans, sort_into, spans
from valuekit.measures.definition.chart_settings import ChartSettings
from valuekit.measures.diagnoses import has_any
from valuekit.measures.methods import Example, Method
from valuekit.measures.people import who
from valuekit.measures.results import nights_in_hospital
from valuekit.measures.statistics import rates, spc
from valuekit.measures.statistics.rates import crude

if TYPE_CHECKING:
    from valuekit.extracts import Intake
    from valuekit.measures.definition.definitions import EventRate, MeasureInFile, ServiceDefinition
    from valuekit.measures.pathways import Linked

METHOD = "Exact or Byar's interval of the events, 95%, widened where a person has several"

SERIES = (
    "service", "measure", "period", "period_start", "events", "with_event", "exposure", "n", "value",
    "lower", "upper", "shown", "reason", *spc.COLUMNS, "target",
)  # fmt: skip
_FIGURE = ("n", "with_event", "events", "exposure", "value", "lower", "upper")
YEAR = (
    "service", "measure", "words", *_FIGURE, "before_words", *(f"before_{name}" for name in _FIGURE),
    "ratio", "ratio_lower", "ratio_upper", "verdict", "variation", "assurance",
)  # fmt: skip


def exposed(
    source: EventRate, left_out: Sequence[str], own: pd.DataFrame, activity: pd.DataFrame
) -> pd.DataFrame:
    """``events`` and ``exposure`` (days) of each pathway in `own`, in its order.

    Parameters
    ----------
    left_out
        Treatment functions that do not count.
    own
        ``pathway``, ``patient``, ``began``, ``date_of_death`` (whole days).

    Notes
    -----
    Bed days are nights in any hospital, days at home the other days alive, both from `from_day` on. An event
    counts where it happens: in a stay that had begun before it, or out of every such stay.
    """
    begins = own["began"] + pd.Timedelta(days=source.from_day)
    until = own["began"] + pd.Timedelta(days=source.days)
    until = until.where(~(own["date_of_death"] < until), own["date_of_death"])
    windows = own[["pathway", "patient"]].assign(began=begins, until=until)
    nights = own["pathway"].map(nights_in_hospital(windows, activity)).fillna(0.0)
    alive = (until - begins).dt.days.clip(lower=0)
    in_bed = source.exposure == "bed_days"
    found = _events(source, left_out, windows, activity)
    within = _in_a_stay(found, activity)
    events = found[within if in_bed else ~within].groupby("pathway").size()
    return pd.DataFrame(
        {
            "events": own["pathway"].map(events).fillna(0).astype(float),
            "exposure": (nights if in_bed else alive - nights).astype(float),
        }
    )


def _events(
    source: EventRate, left_out: Sequence[str], windows: pd.DataFrame, activity: pd.DataFrame
) -> pd.DataFrame:
    """Each wanted event within the window of a pathway of its person."""
    wanted = activity["activity_type"].isin(source.activity_types)
    wanted &= ~activity["treatment_function"].isin(list(left_out))
    if source.diagnoses:
        wanted &= has_any(activity["primary_diagnosis"], source.diagnoses)
    rows = activity.loc[wanted, ["activity_id", "patient", "start_date"]].merge(windows, on="patient")
    day = pd.to_datetime(rows["start_date"]).dt.normalize()
    return rows[(day >= rows["began"]) & (day < rows["until"])].reset_index(drop=True)


def _in_a_stay(events: pd.DataFrame, activity: pd.DataFrame) -> np.ndarray:
    """Which events happened in a stay that had begun before them; an event that is a stay is not its own."""
    stays = activity.loc[
        activity["activity_type"] == "admitted", ["patient", "start_date", "end_date"]
    ].rename(columns={"start_date": "from", "end_date": "to"})
    pairs = events.assign(event=np.arange(len(events)))[["event", "patient", "start_date"]]
    pairs = pairs.merge(stays, on="patient")
    held = pairs[(pairs["from"] < pairs["start_date"]) & (pairs["start_date"] <= pairs["to"])]
    return np.isin(np.arange(len(events)), held["event"])


def grouped(rows: pd.DataFrame, group: np.ndarray, groups: int, per: float) -> pd.DataFrame:
    """The rate of each of `groups`; −1 is in none.

    Parameters
    ----------
    rows
        ``events`` and ``exposure``, one row a pathway.

    Returns
    -------
    pandas.DataFrame
        ``n`` (all pathways: nobody's days are missing), ``with_event`` (those with one or more), ``events``,
        ``exposure`` (days), ``value``, ``lower``, ``upper``, ``squares``.
    """
    rows, group = rows[group >= 0], group[group >= 0]
    events, exposure = rows["events"].to_numpy(float), rows["exposure"].to_numpy(float)

    def total(weights: np.ndarray) -> np.ndarray:
        return np.bincount(group, weights.astype(float), groups)

    found = {"events": total(events), "exposure": total(exposure), "squares": total(events**2)}
    value, ends = crude(found["events"], found["exposure"], found["squares"], per=per)
    return pd.DataFrame(
        {
            "n": np.bincount(group, minlength=groups),
            "with_event": total(events > 0),
            **found,
            "value": value,
            "lower": ends.lower,
            "upper": ends.upper,
        }
    )


def tables(
    services: Sequence[ServiceDefinition],
    intake: Intake,
    linked: Linked,
    months: Span,
    settings: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """The mart's tables ``rate_series`` and ``rate_year``: every declared rate, for board and team."""
    stated = ChartSettings.each(settings)
    series, years = [], []
    for service in services:
        if not service.rates:
            continue
        own = who.people(linked.pathway, intake.tables["patients"], service.service)
        left_out = service.pathway.leave_out_treatment_functions
        for measure in service.rates:
            rows = own[["began"]].join(exposed(measure.source, left_out, own, intake.tables["activity"]))
            by = stated.get((service.service, measure.measure), ChartSettings())
            name = {"service": service.service, "measure": measure.measure}
            frame = over_time(rows, measure, months, by)
            series.append(frame.assign(**name))
            years.append(name | _years(rows, measure, months) | _icons(frame, measure))
    return {
        "rate_series": pd.concat(series)[list(SERIES)] if series else pd.DataFrame(columns=list(SERIES)),
        "rate_year": pd.DataFrame(years, columns=list(YEAR)),
    }


def over_time(rows: pd.DataFrame, measure: MeasureInFile, months: Span, by: ChartSettings) -> pd.DataFrame:
    """One rate over time with the limits of its chart; intervals not due yet stand without a figure."""
    source = measure.source
    due = due_spans(measure.interval, months, source.days)
    waiting = [s for s in spans(measure.interval, months.first, months.last) if s not in due]
    waiting = [s for s in waiting if not due or s.first > due[-1].last]
    frame = grouped(rows, sort_into(rows["began"], due), len(due), source.per)
    frame = frame.drop(columns="squares").reindex(range(len(due) + len(waiting)))
    shown = (frame["exposure"] > 0).to_numpy(bool)
    frame = frame.assign(
        period=[span.words for span in due + waiting],
        period_start=pd.to_datetime([span.start for span in due + waiting]),
        shown=shown,
        reason=np.where(shown, "", np.where(np.arange(len(frame)) < len(due), "too few", "not yet due")),
    )
    last = measure.target[-1].value if measure.target else float("nan")
    frame["target"] = np.array(by.target_on(frame["period_start"], last), float)
    # The chart's unit of exposure is that of the figure, so that events ÷ exposure is the figure itself.
    charted = spc.xmr(
        frame.assign(people_counted=frame["n"], n=frame["exposure"] / source.per),
        measure.direction,
        screen=by.screen,
        rebase=by.rebase,
        baseline=by.baseline,
        kind=measure.chart,
        within=(0, None),
    )
    return charted.assign(n=charted["people_counted"]).drop(columns="people_counted")


def _years(rows: pd.DataFrame, measure: MeasureInFile, months: Span) -> dict[str, object]:
    """The newest 12 months due against the 12 before, by the ratio of the two rates."""
    years = due_spans("year", months, measure.source.days)[-2:]
    frame = grouped(rows, sort_into(rows["began"], years), len(years), measure.source.per)
    words = [span.words for span in years]
    found: dict[str, object] = dict.fromkeys(YEAR[2:], np.nan) | {"words": "", "before_words": ""}
    for prefix, place in (("", -1), ("before_", -2)):
        if len(years) >= -place:
            found |= {f"{prefix}words": words[place]}
            found |= {f"{prefix}{name}": frame[name].iloc[place] for name in _FIGURE}
    ratio = (np.nan, np.nan, np.nan)
    if len(years) == 2 and (frame["events"] >= rates.FEWEST_EVENTS).all():
        ratio = rates.differ(*(_as_rate(frame.iloc[place]) for place in (1, 0)))
    names = ("ratio", "ratio_lower", "ratio_upper")
    return found | dict(zip(names, ratio, strict=True)) | {"verdict": verdict(*ratio[1:], measure.direction)}


def _as_rate(row: pd.Series) -> rates.Rate:
    variance = row["squares"] * (row["value"] / row["events"]) ** 2
    return rates.Rate(row["value"], row["lower"], row["upper"], row["events"], variance)


def verdict(lower: float, upper: float, direction: str) -> str:
    """What the interval of a ratio of rates amounts to: as :func:`valuekit.measures.outcomes.verdict`."""
    if np.isnan(lower) or np.isnan(upper):
        return "too_few"
    if direction == "neutral" or lower <= 1 <= upper:
        return "uncertain"
    return "better" if (lower > 1) == (direction == "increase") else "worse"


def _icons(frame: pd.DataFrame, measure: MeasureInFile) -> dict[str, str]:
    last = measure.target[-1].value if measure.target else float("nan")
    return dict(zip(("variation", "assurance"), spc.icons(frame, measure.direction, last), strict=True))


def _example() -> Example:
    value, ends = crude([24], [12_000], [36])
    return Example(
        says="24 falls in 12,000 bed days: 12 people fell once and 6 people twice.",
        inputs=pd.DataFrame({"Falls of a person": [1, 2], "People": [12, 6]}),
        steps=(
            "The rate is 24 over 12,000, that is 2.0 for each 1,000 bed days.",
            "Byar's interval of a count of 24 goes from 15.37 to 35.71: 8.63 below and 11.71 above.",
            "The sum of squares is 12 × 1 + 6 × 4 = 36. The square root of 36 over 24 is 1.2247.",
            "The ends of the count become 24 − 1.2247 × 8.63 = 13.43 and 24 + 1.2247 × 11.71 = 38.34.",
            "Over 12 thousand bed days they are 1.12 and 3.20.",
        ),
        result={
            "Rate": float(value[0]),
            "Lower end": float(ends.lower[0]),
            "Upper end": float(ends.upper[0]),
        },
        published={"Rate": 2.0, "Lower end": 1.12, "Upper end": 3.20},
        published_in="Worked out by hand from Dobson and others 1991 and Stukel and others 1994.",
        decimals=2,
    )


METHODS = (
    Method(
        id="event_rate",
        name="Rate of events",
        question="How often does something happen, for the time in which it could?",
        formula="Events over days, times 1,000. The interval is that of the count of events (exact below 10, "
        "Byar's from 10), stretched about it by the square root of the sum of each person's events squared, "
        "over the events. Two years are compared by the ratio of their rates, on the log scale.",
        units="Events and days (in a bed, or at home) go in; events for each 1,000 days come out.",
        source="Dobson and others 1991, Stat Med 10:457, doi 10.1002/sim.4780100317; Stukel and others 1994, "
        "Stat Med 13:1781.",
        fails="It supposes that the risk of a day is the same early and late. People with more days weigh "
        "more. Below 10 events in a year two years are not compared. The board and the team alone see it, "
        "as a rate and its days tell how many events there were.",
        function="valuekit.measures.statistics.rates.crude",
        also=("valuekit.measures.people.event_rate.exposed",),
        example=_example,
        group="Proportions, rates and case mix",
    ),
)
