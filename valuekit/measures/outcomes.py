"""Figures of measures: over time, newest against the year before, and how complete the follow-up is.

Outcomes and cost per pathway go the same way: cost is a measure like the others. Every figure is filed
under the months in which its pathways began, and shown once everybody in them is due.

`measures` is always the mart's table of measures for the audience, `months` the span that the extracts cover.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span, due_spans, sort_into, spans
from valuekit.measures.definition.chart_settings import RARE, ChartSettings
from valuekit.measures.results import QUESTIONNAIRES
from valuekit.measures.statistics import intervals, spc

FEWEST_PEOPLE = 30
"""People in each of two groups below which they are not compared: under about 30 the normal theory behind the
intervals is unsafe for skewed days and costs, and a share moves by more than three points with one person."""

LEAST_COMPLETE = 0.5
"""Completeness below which two groups are not compared: those not known then outweigh those known."""

SHARE_SCALE = 100
"""Shares are shown in per cent."""

_POSSIBLE = {"%": (0, 100), "days": (0, None), "£": (0, None), "score": (0, None), "index": (None, 1)}
"""Lowest and highest value of each unit: process limits are not drawn beyond."""


def figures(rows: pd.DataFrame, periods: Sequence[Span], statistic: str) -> pd.DataFrame:
    """One row for each span of months: the figure of the pathways that began in it.

    Parameters
    ----------
    rows
        Results of one measure.
    statistic
        ``share`` (value and interval in per cent, Wilson) or ``mean`` (Student's t).

    Returns
    -------
    pandas.DataFrame
        ``eligible``, ``n`` (known), ``numerator`` (events; NaN for means), ``completeness``, ``value``,
        ``lower``, ``upper``, ``sd``. NaN where there is nobody; no interval of a mean below two people.
    """
    return grouped(rows, sort_into(rows["began"], periods), len(periods), statistic)


def grouped(rows: pd.DataFrame, group: np.ndarray, groups: int, statistic: str) -> pd.DataFrame:
    """As :func:`figures`, for rows sorted into `groups` by number; −1 is in none."""
    known = rows["known"].to_numpy(bool) & (group >= 0)
    value, of = rows["value"].to_numpy(float, na_value=np.nan)[known], group[known]
    eligible = np.bincount(group[rows["eligible"].to_numpy(bool) & (group >= 0)], minlength=groups)
    n = np.bincount(of, minlength=groups)
    total = np.bincount(of, weights=value, minlength=groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        average = np.where(n > 0, total / n, np.nan)
        spread = np.bincount(of, weights=(value - average[of]) ** 2, minlength=groups)
        sd = np.sqrt(np.where(n > 1, spread / (n - 1), np.nan))
        completeness = np.where(eligible > 0, n / eligible, np.nan)
    if statistic == "share":
        scale, (lower, upper) = SHARE_SCALE, intervals.share(total, n)
    else:
        scale, (lower, upper) = 1, intervals.mean(n, average, sd)
    return pd.DataFrame(
        {
            "eligible": eligible,
            "n": n,
            "numerator": total if statistic == "share" else np.nan,
            "completeness": completeness,
            "value": average * scale,
            "lower": lower * scale,
            "upper": upper * scale,
            "sd": sd * scale,
        }
    )


def days_until_due(rows: pd.DataFrame) -> int:
    """Days from the start to the day on which the measure is due; the same for every pathway."""
    return (rows["due"] - rows["began"]).max().days if len(rows) else 0


def due_years(rows: pd.DataFrame, months: Span) -> list[Span]:
    """The 12 months that end with the newest month due, those before, and so on: oldest first."""
    return due_spans("year", months, days_until_due(rows))


def series(rows: pd.DataFrame, interval: str, months: Span, statistic: str) -> pd.DataFrame:
    """One measure over time, one row an interval, oldest first.

    Parameters
    ----------
    rows
        Results of one measure of one service.
    interval
        ``month``, ``quarter``, ``half_year`` (of the calendar) or ``year`` (back from the newest month due).
    months
        The months that the extracts cover. Intervals that they cut are left out.

    Returns
    -------
    pandas.DataFrame
        ``period``, ``period_start``, ``numerator``, the figure, ``eligible``, ``completeness``. An interval
        in which somebody is not due yet stands there without figure, as 'not yet due'; one with nobody known
        is 'too few'.
    """
    due = due_spans(interval, months, days_until_due(rows))
    waiting = [
        span for span in spans(interval, months.first, months.last) if not due or span.first > due[-1].last
    ]
    frame = figures(rows, due + waiting, statistic).drop(columns="sd")
    is_due = np.arange(len(frame)) < len(due)
    frame.loc[~is_due, ["numerator", "n", "eligible", "completeness", "value", "lower", "upper"]] = np.nan
    shown = is_due & (frame["n"] > 0)
    return frame.assign(
        period=[span.words for span in due + waiting],
        period_start=pd.to_datetime([span.start for span in due + waiting]),
        shown=shown,
        reason=np.where(shown, "", np.where(is_due, "too few", "not yet due")),
    )


def series_table(
    result: pd.DataFrame, measures: pd.DataFrame, months: Span, settings: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The mart's table ``series``: every measure over time, with its process limits.

    `settings` is the mart's table ``chart_setting``: phases, baselines, dated targets.
    """
    found = []
    for measure, rows in each_measure(result, measures):
        frame = series(rows, measure.interval, months, measure.statistic)
        found.append(frame.assign(service=measure.service, measure=measure.measure))
    return with_limits(pd.concat(found, ignore_index=True), measures, settings)


def at_other_intervals(
    known: pd.DataFrame,
    measures: pd.DataFrame,
    result: pd.DataFrame,
    others: pd.DataFrame,
    months: Span,
    settings: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """As :func:`series_table` for `others`, taking from `known` what has the same interval there.

    Parameters
    ----------
    known
        The table ``series`` of `measures`.
    others
        The same measures for another audience.
    """
    again = (measures["interval"] != others["interval"]).to_numpy()
    if not again.any():
        return known
    made = series_table(result, others[again], months, settings)
    of_known, of_made = (dict(iter(t.groupby(["service", "measure"], sort=False))) for t in (known, made))
    names = zip(others["service"], others["measure"], again, strict=True)
    found = [(of_made if anew else of_known).get((s, m), known[:0]) for s, m, anew in names]
    return pd.concat(found, ignore_index=True)


def with_limits(
    table: pd.DataFrame, measures: pd.DataFrame, settings: pd.DataFrame | None = None
) -> pd.DataFrame:
    """`table` (``series``) with the process limits of each measure worked out from the rows that are shown.

    Disclosure control calls this again on protected rows: a limit must not tell what a row does not.
    """
    found, stated = [], ChartSettings.each(settings)
    plain = table.drop(columns=[name for name in (*spc.COLUMNS, "target") if name in table])
    for measure, rows in each_measure(plain, measures):
        by = stated.get((measure.service, measure.measure), ChartSettings())
        rows = rows.assign(target=np.array(by.target_on(rows["period_start"], measure.target), float))
        found.append(
            spc.xmr(
                rows,
                measure.direction,
                screen=by.screen,
                rebase=by.rebase,
                baseline=by.baseline,
                # Single events are drawn from the pathways, for the team; its series stays an XmR chart.
                kind="xmr" if by.kind in RARE else by.kind,
                within=_POSSIBLE.get(measure.unit, (None, None)),
            )
        )
    return pd.concat(found, ignore_index=True)


def each_measure(table: pd.DataFrame, measures: pd.DataFrame) -> Iterator[tuple[Any, pd.DataFrame]]:
    """Each measure of `measures` in turn, with its rows of `table`."""
    rows = dict(tuple(table.groupby(["service", "measure"], sort=False)))
    for measure in measures.itertuples(index=False):
        yield measure, rows.get((measure.service, measure.measure), table[:0])


def verdict(
    lower: float, upper: float, direction: str, people: Sequence[float], completeness: Sequence[float]
) -> str:
    """What a difference amounts to: ``better``, ``worse``, ``uncertain`` or ``too_few``.

    Parameters
    ----------
    lower, upper
        Interval of the difference.
    direction
        Which way is better. A ``neutral`` measure is never better or worse.
    people, completeness
        Of both groups. Fewer than 30 people in one, or less than half of them known: ``too_few``.
    """
    if any(not n >= FEWEST_PEOPLE for n in people) or any(not c >= LEAST_COMPLETE for c in completeness):
        return "too_few"
    if direction == "neutral" or not (lower > 0 or upper < 0):
        return "uncertain"
    return "better" if (lower > 0) == (direction == "increase") else "worse"


def compare(now: pd.Series, before: pd.Series, statistic: str) -> tuple[float, float, float]:
    """Difference of two rows of :func:`figures` (now less before), and its interval (Newcombe or Welch)."""
    if statistic == "share":
        lower, upper = intervals.difference_of_shares(
            now["numerator"], now["n"], before["numerator"], before["n"]
        )
        lower, upper = lower * SHARE_SCALE, upper * SHARE_SCALE
    else:
        groups = (now["n"], now["value"], now["sd"], before["n"], before["value"], before["sd"])
        lower, upper = intervals.difference_of_means(*groups)
    return now["value"] - before["value"], float(lower), float(upper)


_NOBODY = pd.Series(
    {
        "eligible": 0.0,
        "n": 0.0,
        "numerator": np.nan,
        "completeness": np.nan,
        "value": np.nan,
        "lower": np.nan,
        "upper": np.nan,
        "sd": np.nan,
    }
)


def headline(result: pd.DataFrame, table: pd.DataFrame, measures: pd.DataFrame, months: Span) -> pd.DataFrame:
    """The mart's table ``headline``: the newest 12 months due against the 12 before, newest interval, icons.

    Parameters
    ----------
    table
        The mart's table ``series`` of the same audience.
    """
    return with_newest(compared_years(result, measures, months), table, measures)


def with_newest(years: pd.DataFrame, table: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """`years` (:func:`compared_years`) with the newest interval of each measure in `table`, and its icons."""
    return pd.concat([years, newest(table, measures)], axis=1)


def compared_years(result: pd.DataFrame, measures: pd.DataFrame, months: Span) -> pd.DataFrame:
    """The newest 12 months due of each measure against the 12 before: the same for every audience."""
    found = []
    for measure, rows in each_measure(result, measures):
        years = due_years(rows, months)[-2:]
        pair = [figure for _, figure in figures(rows, years, measure.statistic).iterrows()]
        words = [span.words for span in years]
        while len(pair) < 2:
            pair, words = [_NOBODY, *pair], ["", *words]
        before, now = pair
        difference, lower, upper = compare(now, before, measure.statistic)
        found.append(
            {
                "service": measure.service,
                "measure": measure.measure,
                "year_words": words[1],
                "before_words": words[0],
                **{f"year_{name}": now[name] for name in ("n", "value", "lower", "upper", "eligible")},
                **{f"before_{name}": before[name] for name in ("n", "value", "lower", "upper")},
                "completeness": now["completeness"],
                "difference": difference,
                "diff_lower": lower,
                "diff_upper": upper,
                "verdict": verdict(
                    lower,
                    upper,
                    measure.direction,
                    (now["n"], before["n"]),
                    (now["completeness"], before["completeness"]),
                ),
            }
        )
    return pd.DataFrame(found)


def newest(table: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """Newest interval shown of each measure, and its icons, from the table ``series``: one row a measure."""
    found = []
    for measure, rows in each_measure(table, measures):
        shown = rows[rows["shown"]]
        variation, assurance = spc.icons(rows, measure.direction, measure.target)
        last = shown.iloc[-1] if len(shown) else {"period": "", "value": np.nan, "n": np.nan}
        found.append(
            {
                "latest_period": last["period"],
                "latest_value": last["value"],
                "latest_n": last["n"],
                "variation": variation,
                "assurance": assurance,
            }
        )
    return pd.DataFrame(found)


def followup(result: pd.DataFrame, services: Sequence, months: Span) -> pd.DataFrame:
    """The mart's table ``followup``: measures for which people are asked, newest 12 months due."""
    found = []
    for service in services:
        for measure in service.measures:
            if measure.source.kind not in QUESTIONNAIRES:
                continue
            rows = result[(result["service"] == service.service) & (result["measure"] == measure.measure)]
            year = due_years(rows, months)[-1:]
            held = rows[year[0].holds(rows["began"])] if year else rows[:0]
            held = held[held["eligible"]]
            counts = {name: int(held[name].sum()) for name in ("eligible", "invited", "returned")}
            complete = int(held["known"].sum())
            found.append(
                {
                    "service": service.service,
                    "measure": measure.measure,
                    "words": year[0].words if year else "",
                    **counts,
                    "complete": complete,
                    "completeness": complete / counts["eligible"] if counts["eligible"] else np.nan,
                }
            )
    return pd.DataFrame(
        found,
        columns=[
            "service",
            "measure",
            "words",
            "eligible",
            "invited",
            "returned",
            "complete",
            "completeness",
        ],
    )
