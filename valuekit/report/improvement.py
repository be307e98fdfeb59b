"""Improvement charts in a service report: which chart a measure has, and the table of its phases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from valuekit.report.audience import Row
from valuekit.report.charts.over_time import over_time
from valuekit.report.charts.rare import rare
from valuekit.report.show import Shown, Table, Words
from valuekit.report.tables import NOT_SHOWN, table
from valuekit.report.words import charts as chart_words
from valuekit.report.words import measures as words
from valuekit.report.words.numbers import day, number, sentence, upper_first

if TYPE_CHECKING:
    from valuekit.report.service import ServiceReport


def chart(
    report: ServiceReport, measure: Row, series: Sequence[Row], changes: Sequence[Row]
) -> Iterator[Shown]:
    """The chart of one measure: over time, or the gaps between its events where it has a g or t chart."""
    settings = report.rows("chart_setting", measure=measure.measure)
    kind = next((s.words for s in settings if s.setting == "chart"), "xmr")
    if kind in ("g", "t") and report.mart.about.audience != "public":
        events = sorted(report.rows("rare", measure=measure.measure), key=lambda r: r.event)
        yield Words((chart_words.rare(measure, events, kind),))
        if events:
            yield report.figure(
                measure.measure,
                rare(events),
                chart_words.rare_caption(measure, events, kind),
                chart_words.rare_alt(measure, events, kind),
            )
        return
    how = chart_words.phases(series, settings)
    yield report.figure(
        measure.measure,
        over_time(measure, series, changes),
        sentence(words.caption(measure, series), how),
        sentence(
            words.chart_alt(measure, series, changes),
            words.compared(measure, report.headlines.get(measure.measure)),
            how,
        ),
    )
    yield Words((chart_words.targets(measure, settings),))


def phases(report: ServiceReport) -> Iterator[Table]:
    """Each phase of each chart that has more than one, or a frozen baseline: why, and its mean and limits."""
    lines = [line for measure in report.measures for line in _phases(report, measure)]
    if not lines:
        return
    headers = ("Measure", "Phase from", "Why", "Points", "Centre", "Limits")
    yield table(
        f"{report.id}-phases",
        "Phases of the charts: from when limits are worked out anew, and why.",
        dict(zip(headers, map(list, zip(*lines, strict=True)), strict=True)),
        numbers=("Points",),
    )


def _phases(report: ServiceReport, measure: Row) -> Iterator[tuple[str, ...]]:
    series = sorted(report.rows("series", measure=measure.measure), key=lambda s: s.period_start)
    shown = [row for row in series if row.shown and row.value is not None]
    rebases = [s for s in report.rows("chart_setting", measure=measure.measure) if s.setting == "rebase"]
    numbers = sorted({row.phase for row in shown})
    frozen = any(row.limits_from == "baseline" for row in shown)
    if len(numbers) < 2 and not frozen:
        return
    for phase in numbers:
        points = [row for row in shown if row.phase == phase]
        last = points[-1]
        begun = [s for s in rebases if s.first <= points[0].period_start]
        why = upper_first(begun[-1].words or "") if begun else "First phase"
        if last.limits_from == "baseline":
            why += "; limits frozen"
        limits = (
            f"{words.value_of(measure, last.lower_limit)} to {words.value_of(measure, last.upper_limit)}"
            if last.lower_limit is not None and last.upper_limit is not None
            else NOT_SHOWN
        )
        start = begun[-1].first if begun else points[0].period_start
        centre = f"{'median' if last.chart == 'run' else 'mean'} {words.value_of(measure, last.centre)}"
        yield measure.name, day(start), why, number(len(points)), centre, limits
