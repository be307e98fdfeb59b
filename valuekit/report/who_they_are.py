"""The part of a service report on who the patients are: case-mix models, observed against expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valuekit.report import rates
from valuekit.report.audience import Row
from valuekit.report.charts.vlad import vlad
from valuekit.report.show import Block, Heading, Item, Points, Shown, Words
from valuekit.report.tables import NOT_SHOWN, table
from valuekit.report.words import case_mix as words
from valuekit.report.words.about import ranged
from valuekit.report.words.numbers import number, share

if TYPE_CHECKING:
    from valuekit.report.service import ServiceReport


def section(report: ServiceReport) -> Block:
    """Findings, table of observed and expected, running sum of the first measure, and the models' tests."""
    models = [(m, row) for m in report.measures for row in report.rows("case_mix_model", measure=m.measure)]
    if not models:
        none = Words(("No measure of this service declares a case-mix model.",))
        return Block.of(none, rates.need(report))
    periods = [
        (m, p)
        for m, row in models
        if row.fitted
        for p in sorted(report.rows("case_mix_period", measure=m.measure), key=lambda p: p.period_start)
    ]
    years = [(m, p) for m, p in periods if p.kind == "year"]
    newest = {m.measure: (m, p) for m, p in years}
    return Block.of(
        Points(tuple(Item(words.compared(m, p)) for m, p in newest.values())) if newest else Words(()),
        Words((words.COVERS,)),
        _table(report, periods),
        _running(report, periods),
        rates.by_group(report),
        Heading(3, "Can the model be trusted", f"{report.id}-case-mix-model"),
        Points(tuple(Item(f"{words.model(m, row)} {words.trust(row)}".strip()) for m, row in models)),
        _calibration(report, models),
        _categories(report, models),
        rates.need(report),
    )


def _table(report: ServiceReport, periods: list[tuple[Row, Row]]) -> Iterator[Shown]:
    shown = [(m, p) for m, p in periods if p.kind in ("year", "since")]
    # Where the months since the baseline are just these 12, they stand once.
    years = {(m.measure, p.words) for m, p in shown if p.kind == "year"}
    shown = [(m, p) for m, p in shown if p.kind == "year" or (m.measure, p.words) not in years]
    if not shown:
        yield Words(("Fewer than 12 months after the baseline have complete follow-up.",))
        return
    yield table(
        f"{report.id}-case-mix",
        "Observed and expected people with the outcome, and the ratio for the rarer side (95% intervals).",
        {
            "Measure": [m.name for m, _ in shown],
            "Months": [p.words for _, p in shown],
            "n": [number(p.n) for _, p in shown],
            "Known": [share(p.completeness) for _, p in shown],
            "Observed": [_cell(p, p.observed, 0) for _, p in shown],
            "Expected": [_cell(p, p.expected, 1) for _, p in shown],
            "Difference": [
                ranged(_cell(p, p.difference, 1), p.diff_lower, p.diff_upper, "", 1) for _, p in shown
            ],
            "Ratio": [ranged(_cell(p, p.ratio, 2), p.ratio_lower, p.ratio_upper, "", 2) for _, p in shown],
            "Ratio counts": [p.ratio_of or "" for _, p in shown],
        },
        numbers=("n", "Known", "Observed", "Expected"),
    )


def _cell(row: Row, value: float | None, decimals: int) -> str:
    return number(value, decimals) if row.shown and value is not None else NOT_SHOWN


def _running(report: ServiceReport, periods: list[tuple[Row, Row]]) -> Iterator[Shown]:
    months = [(m, p) for m, p in periods if p.kind == "month"]
    if report.mart.about.audience == "public" or not months:
        if periods:
            yield Words((words.public_note(),))
        return
    first = months[0][0]
    own = [p for m, p in months if m.measure == first.measure]
    yield report.figure(
        "vlad",
        vlad(own),
        f"{first.name}: running sum of observed less expected people, with its 95% interval.",
        words.running_alt(first, own),
    )
    yield Words((words.RUNNING,))


def _calibration(report: ServiceReport, models: list[tuple[Row, Row]]) -> Iterator[Shown]:
    if report.mart.about.audience == "public":
        return
    found = [(m, r) for m, _ in models for r in report.rows("case_mix_calibration", measure=m.measure)]
    if found:
        yield table(
            f"{report.id}-case-mix-calibration",
            "Expected and observed per cent by fifth of the expected chance, in months new to the model "
            "(95% interval).",
            {
                "Measure": [m.name for m, _ in found],
                "Fifth of expected chance": [_fifth(r.fifth) for _, r in found],
                "n": [number(r.n) for _, r in found],
                "Expected": [f"{number(r.expected, 1)}%" for _, r in found],
                "Observed": [ranged(f"{number(r.observed, 1)}%", r.lower, r.upper, "%", 1) for _, r in found],
            },
            numbers=("n", "Expected"),
        )


def _fifth(fifth: int) -> str:
    return {1: "1 lowest", 5: "5 highest"}.get(fifth, str(fifth))


def _categories(report: ServiceReport, models: list[tuple[Row, Row]]) -> Iterator[Shown]:
    if report.mart.about.audience == "public":
        return
    found = [(m, r) for m, _ in models for r in report.rows("case_mix_category", measure=m.measure)]
    if found:
        yield table(
            f"{report.id}-case-mix-categories",
            "The models: odds of the outcome in each category against the commonest (95% interval). "
            "Categories of fewer than 10 people count with the commonest.",
            {
                "Measure": [m.name for m, _ in found],
                "Covariate": [r.covariate for _, r in found],
                "Category": [r.category for _, r in found],
                "n": [number(r.n) for _, r in found],
                "Odds ratio": [_odds(r) for _, r in found],
            },
            numbers=("n",),
        )


def _odds(row: Row) -> str:
    if row.lower is not None:
        return ranged(number(row.odds_ratio, 2), row.lower, row.upper, "", 2)
    return "reference" if row.n is None or row.n >= 10 else "counts with the reference"
