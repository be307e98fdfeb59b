"""XmR, p′ and run charts as in *Making Data Count* (NHS England): limits, special causes, icons.

One function gives the calculated table, another the two icons. Drawing is not done here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pandas as pd

from valuekit.measures.statistics import spc_prime

LIMIT = 2.66
"""Process limits stand at the mean ± this × the mean moving range: 3 ÷ 1.128 (d2 of two points)."""

CLOSE = 2 / 3
"""Share of the way from the mean to a limit beyond which a point is close to it."""

RUN = TREND = 7
"""Points that make a run on one side of the mean, and points that make a trend."""

FEWEST = 12
"""Points that limits need; a phase with fewer is a run chart."""

RUN_CHART_TREND = 5
"""Points that make a trend in a run chart (Perla, Provost and Murray 2011, rule 2)."""

FEWEST_RUNS = {10: 3, 11: 3}
"""Points off the median → fewest runs that chance gives (Perla, Provost and Murray 2011, rule 3, after Swed
and Eisenhart 1943, Ann Math Stat 14:66). Fewer than 10 points cannot tell; from 12 the chart has limits."""

COLUMNS = ("centre", "lower_limit", "upper_limit", "phase", "chart", "special", "signal", "limits_from")

_HIGH, _LOW = 1, -1
_GOOD = {"increase": _HIGH, "decrease": _LOW}


def xmr(
    frame: pd.DataFrame,
    direction: str,
    *,
    screen: bool = False,
    rebase: Sequence[date] = (),
    baseline: tuple[date, date] | None = None,
    kind: str = "xmr",
    within: tuple[float | None, float | None] = (None, None),
) -> pd.DataFrame:
    """`frame` with the columns of an XmR chart.

    Parameters
    ----------
    frame
        One row an interval, oldest first: ``period_start``, ``value``, ``shown``; for a p′ chart ``n``
        (people), for a u′ chart ``n`` (exposure, in the unit for each of which the rate is). Rows not shown
        are left out of every calculation, as if they were not there.
    direction
        Which way is better: ``increase``, ``decrease`` or ``neutral``.
    screen
        Drop moving ranges of 3.267 × their mean and more once, before the limits. Off as in the national
        Excel tool; on as in its R package.
    rebase
        Days from which limits are worked out anew; each starts a phase with the next point. A chart with
        fewer than 12 points in all is one run chart: a median of a handful of points says nothing.
    baseline
        First and last day of the intervals from which the limits of their phase are worked out, then frozen.
        Refused, with limits from all points of the phase, where fewer than 12 of its points lie within.
    kind
        ``xmr``; ``p_prime`` for shares of many people, ``u_prime`` for rates:
        :mod:`valuekit.measures.statistics.spc_prime`.
    within
        Lowest and highest possible value. Limits shown do not go beyond; the rules use them as worked out.

    Returns
    -------
    pandas.DataFrame
        A copy with ``centre``, ``lower_limit``, ``upper_limit`` (unit of the value), ``phase`` (from 1),
        ``chart`` (`kind`, or ``run`` below 12 points: the centre is then the median, without limits),
        ``special`` (``outside_limit``, ``trend``, ``two_of_three``, ``run`` or empty; in a run chart
        ``trend_of_five`` or ``few_runs``), ``signal`` (``common``, ``improvement``, ``concern``, ``neutral``;
        empty for rows not shown and in run charts) and ``limits_from`` (``phase``, ``baseline`` or
        ``baseline_refused``).

    References
    ----------
    NHS England, Making Data Count; Wheeler and Chambers 1992, Understanding Statistical Process Control,
    SPC Press; Montgomery, Introduction to Statistical Quality Control. Rules, precedence: NHSRplotthedots.
    Run charts: Perla, Provost and Murray 2011, BMJ Qual Saf 20:46, doi 10.1136/bmjqs.2009.037895.
    """
    days = pd.to_datetime(frame["period_start"]).to_numpy().astype("datetime64[ns]")
    shown = frame["shown"].to_numpy(bool)
    phase = _phases(days, shown, rebase)
    frozen = _between(days, baseline) & shown
    found = _Columns.empty(len(frame))
    for number in np.unique(phase):
        _fill(found, frame, phase == number, frozen, screen, kind)
    lowest, highest = within
    return frame.assign(
        centre=found.centre,
        lower_limit=found.lower if lowest is None else np.maximum(found.lower, lowest),
        upper_limit=found.upper if highest is None else np.minimum(found.upper, highest),
        phase=phase,
        chart=found.chart.astype(str),
        special=found.special.astype(str),
        signal=_signals(found.side, (found.chart != "run") & shown, direction),
        limits_from=found.limits_from.astype(str),
    )


@dataclass(frozen=True)
class _Columns:
    """Columns of a chart, filled phase by phase; `side` is where the rule of a point points to."""

    centre: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    chart: np.ndarray
    limits_from: np.ndarray
    special: np.ndarray
    side: np.ndarray

    @classmethod
    def empty(cls, size: int) -> Self:
        """Those of a run chart without a point."""
        numbers = (np.full(size, np.nan) for _ in range(3))
        words = (np.full(size, word, dtype=object) for word in ("run", "phase", ""))
        return cls(*numbers, *words, np.zeros(size, int))


def _phases(days: np.ndarray, shown: np.ndarray, rebase: Sequence[date]) -> np.ndarray:
    """Phase of each interval, from 1."""
    if shown.sum() < FEWEST:
        return np.ones(len(days), int)
    starts = np.array(sorted(pd.to_datetime(list(rebase))), dtype="datetime64[ns]")
    return 1 + (days[:, None] >= starts[None, :]).sum(axis=1)


def _fill(
    found: _Columns, frame: pd.DataFrame, phase: np.ndarray, frozen: np.ndarray, screen: bool, kind: str
) -> None:
    """Fill the intervals of one phase: `phase` says which these are, `frozen` which lie in the baseline."""
    points = phase & frame["shown"].to_numpy(bool)
    seen, base = frame["value"].to_numpy(float, na_value=np.nan)[points], frozen & points
    if base.any():
        found.limits_from[phase] = "baseline" if base.sum() >= FEWEST else "baseline_refused"
    if len(seen) < FEWEST:
        found.centre[phase] = np.median(seen) if len(seen) else np.nan
        found.special[points] = _run_chart(seen)
        return
    used = (base if base.sum() >= FEWEST else points)[points]
    middle, reach = _limits(frame[points], used, screen, kind)
    place = points if kind != "xmr" else phase  # limits that follow n exist where n is known
    found.chart[phase], found.centre[phase] = kind, middle
    found.lower[place], found.upper[place] = middle - reach, middle + reach
    found.special[points], found.side[points] = point_rules(seen, middle, reach)


def _between(days: np.ndarray, baseline: tuple[date, date] | None) -> np.ndarray:
    """Which of `days` lie in the baseline."""
    if baseline is None:
        return np.zeros(len(days), bool)
    first, last = (np.datetime64(pd.Timestamp(day), "ns") for day in baseline)
    return (days >= first) & (days <= last)


def _limits(
    points: pd.DataFrame, used: np.ndarray, screen: bool, kind: str
) -> tuple[float, np.ndarray | float]:
    """Mean of the points `used`, and how far the limits of each point are from it."""
    value = points["value"].to_numpy(float)
    if kind == "p_prime":
        n = points["n"].to_numpy(float)
        found = spc_prime.p_prime(value[used] * n[used] / 100, n[used], screen=screen)
        chance = np.sqrt(found.centre * (1 - found.centre) / n)
        return 100 * found.centre, 100 * spc_prime.SIGMA * found.sigma_z * chance
    if kind == "u_prime":
        n = points["n"].to_numpy(float)
        found = spc_prime.u_prime(value[used] * n[used], n[used], screen=screen)
        return found.centre, spc_prime.SIGMA * found.sigma_z * np.sqrt(found.centre / n)
    return float(value[used].mean()), LIMIT * spc_prime.moving_range(value[used], screen=screen)


def _run_chart(value: np.ndarray) -> np.ndarray:
    """Rule that each point of a run chart meets.

    A shift needs six points on one side of the median, and of 11 points no more than five lie on one side.
    So only the trend (five points all rising or all falling, equal neighbours counted once) and the number
    of runs about the median can tell a short series from chance.
    """
    found = np.full(len(value), "", dtype=object)
    if not len(value):
        return found
    off = np.sign(value - np.median(value))
    off = off[off != 0]
    fewest = FEWEST_RUNS.get(len(off))
    if fewest is not None and 1 + np.count_nonzero(np.diff(off)) < fewest:
        found[:] = "few_runs"
    distinct = np.concatenate([[True], np.diff(value) != 0])
    way = stretches(np.sign(np.diff(value[distinct])).astype(int), RUN_CHART_TREND - 1)
    place = np.flatnonzero(distinct)
    for step in np.flatnonzero(way):
        found[place[step] : place[step + 1] + 1] = "trend_of_five"
    return found


def point_rules(value: np.ndarray, centre: float, reach: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Rule that each point meets (empty: none), and towards which side: 1 high, −1 low."""
    # A sum of floats is not exact: what differs by less than this does not differ.
    nothing = 1e-9 * max(np.ptp(value), abs(centre), 1e-300)
    gap = np.where(np.abs(value - centre) <= nothing, 0.0, value - centre)
    step = np.diff(value)
    step = np.where(np.abs(step) <= nothing, 0.0, step)
    sign = np.sign(gap).astype(int)
    outside = np.abs(gap) > reach + nothing
    found = {
        "outside_limit": np.where(outside, sign, 0),
        "trend": trends(np.sign(step).astype(int)),
        "two_of_three": _two_of_three(np.abs(gap) > CLOSE * reach + nothing, outside, sign),
        "run": stretches(sign, RUN),
    }
    special, side = np.full(len(value), "", dtype=object), np.zeros(len(value), int)
    for rule, towards in found.items():  # in the order of precedence
        meets = (special == "") & (towards != 0)
        special[meets], side[meets] = rule, towards[meets]
    return special, side


def stretches(sign: np.ndarray, length: int) -> np.ndarray:
    """`sign` where it belongs to a stretch of at least `length` equal signs, 0 elsewhere."""
    edges = np.flatnonzero(np.diff(sign) != 0) + 1
    result = np.zeros_like(sign)
    for start, end in zip([0, *edges], [*edges, len(sign)], strict=True):
        if end - start >= length:
            result[start:end] = sign[start]
    return result


def trends(step: np.ndarray) -> np.ndarray:
    """Direction of the trend that each point is part of; a turning point is of the trend that ends in it."""
    steps = stretches(step, TREND - 1)
    ends, begins = np.concatenate([[0], steps]), np.concatenate([steps, [0]])
    return np.where(ends != 0, ends, begins)


def _two_of_three(far: np.ndarray, outside: np.ndarray, sign: np.ndarray) -> np.ndarray:
    close = far & ~outside
    result = np.zeros_like(sign)
    for start in range(len(sign) - 2):
        three = slice(start, start + 3)
        if abs(sign[three].sum()) == 3 and close[three].sum() >= 2:
            result[three] = np.where(close[three], sign[three], result[three])
    return result


def _signals(side: np.ndarray, judged: np.ndarray, direction: str) -> np.ndarray:
    signal = np.where(judged, "common", "").astype(object)
    if direction == "neutral":
        signal[side != 0] = "neutral"
    else:
        signal[side == _GOOD[direction]] = "improvement"
        signal[side == -_GOOD[direction]] = "concern"
    return signal.astype(str)


def icons(frame: pd.DataFrame, direction: str, target: float | None) -> tuple[str, str]:
    """The variation and the assurance icon of a calculated chart; empty where there is none.

    Parameters
    ----------
    frame
        From :func:`xmr`. The newest shown point decides the variation, the newest limits the assurance.
    target
        In the measure's unit; None or NaN for none.

    Returns
    -------
    tuple of str
        ``common``, ``improvement_high`` … ``neutral_low``, or empty; and ``consistently_met``,
        ``consistently_missed``, ``hit_and_miss``, or empty.
    """
    points = frame[frame["shown"]]
    if points.empty or points["chart"].iloc[-1] == "run":
        return "", ""
    newest = points.iloc[-1]
    return _variation(points, direction), _assurance(newest, direction, target)


def _variation(points: pd.DataFrame, direction: str) -> str:
    newest = points.iloc[-1]
    if newest["signal"] == "common":
        return "common"
    if direction == "neutral":
        against = points["value"].iloc[-2] if newest["special"] == "trend" else newest["centre"]
        side = _HIGH if newest["value"] > against else _LOW
    else:
        side = _GOOD[direction] * (1 if newest["signal"] == "improvement" else -1)
    return f"{newest['signal']}_{'high' if side == _HIGH else 'low'}"


def _assurance(newest: pd.Series, direction: str, target: float | None) -> str:
    if target is None or pd.isna(target) or direction == "neutral":
        return ""
    if newest["lower_limit"] <= target <= newest["upper_limit"]:
        return "hit_and_miss"
    above = target > newest["upper_limit"]
    return "consistently_missed" if above == (direction == "increase") else "consistently_met"
