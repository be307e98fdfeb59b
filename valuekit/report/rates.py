"""Rates in a service report: events for so many days; groups against the model; pathways by population."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valuekit.report import icons
from valuekit.report.audience import Row
from valuekit.report.charts.over_time import over_time
from valuekit.report.show import Heading, Item, Points, Shown, Words
from valuekit.report.tables import NOT_SHOWN, icon_line, table
from valuekit.report.words import case_mix as case_mix_words
from valuekit.report.words import charts as chart_words
from valuekit.report.words import measures as measure_words
from valuekit.report.words import rates as words
from valuekit.report.words.about import measure_note, ranged
from valuekit.report.words.numbers import number, sentence, share

if TYPE_CHECKING:
    from valuekit.report.service import ServiceReport


def rates(report: ServiceReport) -> Iterator[Shown]:
    """Each rate of the service: heading, icons, sentences, chart; in public what it is, and no figure."""
    for rate in sorted(report.rows("rate"), key=lambda r: r.position):
        yield Heading(3, rate.name, f"{report.id}-{rate.measure}")
        if report.mart.about.audience == "public":
            yield Words((words.not_public(rate),))
        else:
            yield from _figures(report, rate)


def _figures(report: ServiceReport, rate: Row) -> Iterator[Shown]:
    newest = next(iter(report.rows("rate_year", measure=rate.measure)), None)
    series = sorted(report.rows("rate_series", measure=rate.measure), key=lambda s: s.period_start)
    settings = report.rows("chart_setting", measure=rate.measure)
    if newest is not None:
        shown = [icons.variation(newest.variation)]
        if rate.target is not None:
            shown.append(icons.assurance(newest.assurance))
        yield icon_line(*shown)
    yield Words((words.year(rate, newest),))
    changes = [c for c in report.changes_made if c.measure in (rate.measure, None)]
    how = sentence(words.series_says(rate), chart_words.phases(series, settings))
    yield report.figure(
        rate.measure,
        over_time(rate, series, changes),
        sentence(measure_words.caption(rate, series), how),
        sentence(
            measure_words.chart_alt(rate, series, changes),
            f"Newest 12 months: {words.verdict(newest)}." if newest is not None else "",
            how,
        ),
    )
    yield Words((chart_words.targets(rate, settings),))
    yield Words((measure_note(rate),))


def by_group(report: ServiceReport) -> Iterator[Shown]:
    """Observed against expected by hospital site and by fifth, of every measure with a model."""
    measures = {m.measure: m for m in report.measures}
    if report.mart.about.audience == "public":
        if any(m.fitted for m in report.rows("case_mix_model")):
            yield Words((words.groups_not_public(),))
        return
    found = [r for r in report.rows("case_mix_group") if r.measure in measures]
    if not found:
        return
    order = [m for m in measures if any(r.measure == m for r in found)]
    yield Heading(3, "By hospital site and by deprivation", f"{report.id}-case-mix-groups")
    said = []
    for kind in ("site", "fifth"):
        for name in order:
            rows = [r for r in found if r.measure == name and r.kind == kind]
            if rows:
                said.append(Item(words.group(measures[name], kind, rows)))
    yield Points(tuple(said))
    yield Words((words.GROUPS,))
    yield _group_table(report, [(measures[r.measure], r) for r in found])


def _group_table(report: ServiceReport, shown: list[tuple[Row, Row]]) -> Shown:
    return table(
        f"{report.id}-case-mix-by-group",
        "Observed and expected people with the outcome by group, and the ratio for the rarer side (95% "
        "intervals).",
        {
            "Measure": [m.name for m, _ in shown],
            "Group": [words.group_cell(r) for _, r in shown],
            "Months": [r.words for _, r in shown],
            "n": [number(r.n) for _, r in shown],
            "Known": [share(r.completeness) for _, r in shown],
            "Observed": [number(r.observed) for _, r in shown],
            "Expected": [number(r.expected, 1) for _, r in shown],
            "Difference": [_cell(r, r.difference, r.diff_lower, r.diff_upper, 1) for _, r in shown],
            "Ratio": [_cell(r, r.ratio, r.ratio_lower, r.ratio_upper, 2) for _, r in shown],
            "Found": [case_mix_words.finding(r) for _, r in shown],
        },
        numbers=("n", "Known", "Observed", "Expected"),
    )


def _cell(row: Row, value: float | None, lower: float | None, upper: float | None, decimals: int) -> str:
    shown = row.shown and value is not None
    return ranged(number(value, decimals), lower, upper, "", decimals) if shown else NOT_SHOWN


def need(report: ServiceReport) -> Iterator[Shown]:
    """Pathways for each 100,000 adults by fifth of deprivation, and standardised for it."""
    if report.mart.about.audience == "public":
        return
    found = report.rows("need_rate")
    if not found:
        return
    yield Heading(3, "Pathways for each 100,000 adults", f"{report.id}-need-rate")
    yield Words((words.need(report.service.name, found),))
    ends = {1: "Fifth 1, most deprived", 5: "Fifth 5, least deprived"}
    whole = {"crude": "All fifths", "standardised": "Standardised for deprivation"}
    yield table(
        f"{report.id}-need-rates",
        f"Pathways that began for each 100,000 adults a year, {found[0].words} (95% interval).",
        {
            "Adults": [whole.get(r.kind) or ends.get(r.fifth, f"Fifth {r.fifth}") for r in found],
            "Number of adults": [number(r.adults) for r in found],
            "Pathways (n)": [number(r.n) for r in found],
            "For each 100,000": [_cell(r, r.value, r.lower, r.upper, 1) for r in found],
        },
        numbers=("Number of adults", "Pathways (n)"),
    )
