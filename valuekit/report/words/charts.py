"""Sentences about how a chart over time is worked out: phases, baseline, dated targets, run charts."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words.measures import value_of
from valuekit.report.words.numbers import day, listed, lower_first, number, sentence


def phases(series: Sequence[Row], settings: Sequence[Row]) -> str:
    """From when and why limits are worked out anew, and on what they rest (``series``, ``chart_setting``)."""
    shown = [row for row in series if row.shown and row.value is not None]
    return sentence(
        _rebased(shown, settings),
        _frozen(shown, settings),
        _screened(shown, settings),
        _kind(shown),
        _run_chart(shown),
    )


def _rebased(shown: Sequence[Row], settings: Sequence[Row]) -> str:
    rebases = [s for s in settings if s.setting == "rebase"]
    if len({row.phase for row in shown}) < 2:
        return ""
    starts = [f"from {day(s.first)}, as {lower_first(s.words or '')}" for s in rebases]
    return f"Limits are worked out anew {listed(starts)}."


def _frozen(shown: Sequence[Row], settings: Sequence[Row]) -> str:
    base = next((s for s in settings if s.setting == "baseline"), None)
    bases = {row.limits_from for row in shown}
    if base is None:
        return ""
    months = f"{day(base.first)} to {day(base.last)}"
    if "baseline" in bases:
        return f"The limits are frozen: they rest on the points from {months}."
    if "baseline_refused" in bases:
        return f"The baseline of {months} has fewer than 12 points, so the limits rest on all points."
    return ""


def _screened(shown: Sequence[Row], settings: Sequence[Row]) -> str:
    if any(s.setting == "screen" for s in settings) and any(row.chart != "run" for row in shown):
        return "Very large differences between neighbouring points do not count towards the limits."
    return ""


def _kind(shown: Sequence[Row]) -> str:
    if any(row.chart == "p_prime" for row in shown):
        return "The limits follow the number of people in each point (p′ chart)."
    if any(row.chart == "u_prime" for row in shown):
        return "The limits follow the number of days in each point (u′ chart)."
    return ""


def _run_chart(shown: Sequence[Row]) -> str:
    if not shown or {row.chart for row in shown} != {"run"}:
        return ""
    rules = {row.special for row in shown}
    if "few_runs" in rules:
        return "The points cross the median less often than chance would make likely."
    if "trend_of_five" in rules:
        return "Five or more points in a row go one way, which chance alone seldom does."
    return ""


def targets(measure: Row, settings: Sequence[Row]) -> str:
    """Targets that follow each other in time; empty for one that always held."""
    dated = [s for s in settings if s.setting == "target"]
    parts = [
        f"{value_of(measure, s.value)}{f' from {day(s.first)}' if s.first is not None else ''} ({s.words})"
        for s in dated
    ]
    return f"Targets: {listed(parts)}." if parts else ""


_GAP = {
    "g": ("case", "cases", "The middle gap between two such cases is"),
    "t": ("day", "days", "The middle gap between two such cases is"),
}


def rare(measure: Row, events: Sequence[Row], kind: str) -> str:
    """What the gaps between rare events say (``rare``); `kind` is ``g`` or ``t``."""
    one, many, middle = _GAP[kind]
    what = "this is not reached" if measure.direction == "increase" else "this happens"
    if not events:
        return f"{measure.name}: fewer than two cases in which {what}, so there is no gap to show."
    last = events[-1]
    if last.chart == "run":
        head = f"too few cases in which {what} for limits: read with caution"
    else:
        head = {
            "improvement": f"{what} more rarely, by more than chance alone would make likely",
            "concern": f"{what} more often, by more than chance alone would make likely",
        }.get(last.signal or "", f"no unusual change in how often {what}")
    since = amount_of(float(last.since), one, many)
    return (
        f"{measure.name}: {head}. {middle} {amount_of(last.centre, one, many)} (n = {len(events) + 1:,}). "
        f"{since} {'has' if last.since == 1 else 'have'} passed since the newest."
    )


def amount_of(value: float, one: str, many: str) -> str:
    """``3.5 cases``, ``1 case``."""
    text = number(value, 0 if float(value).is_integer() else 1)
    return f"{text} {one if text == '1' else many}"


def rare_caption(measure: Row, events: Sequence[Row], kind: str) -> str:
    """Caption of a g or t chart."""
    what = {"g": "cases between one that is not wanted and the next (g chart)",
            "t": "days between one case that is not wanted and the next (t chart)"}[kind]  # fmt: skip
    limits = "" if events and events[-1].chart != "run" else " Fewer than 12 gaps, so no limits."
    return f"{measure.name}: {what}. A higher point means that such cases are rarer.{limits}"


def rare_alt(measure: Row, events: Sequence[Row], kind: str) -> str:
    """Alt text of a g or t chart."""
    if not events:
        return rare(measure, events, kind)
    gaps = [row.between for row in events]
    many = _GAP[kind][1]
    return sentence(
        f"{len(gaps)} gaps, from {number(min(gaps))} to {number(max(gaps))} {many}.",
        rare(measure, events, kind),
    )
