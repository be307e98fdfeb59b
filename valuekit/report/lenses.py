"""The page with three ways to look at value: in each pathway, between services and needs, for each person."""

from __future__ import annotations

from collections.abc import Iterator

from valuekit.mart import Mart
from valuekit.report.audience import Row, open_mart
from valuekit.report.charts import look
from valuekit.report.charts.deprivation import NAMES as FIFTHS
from valuekit.report.charts.need import need as need_chart
from valuekit.report.service import ServiceReport, every_service
from valuekit.report.show import Block, Figure, Item, Points, Shown, Table, Words
from valuekit.report.tables import NOT_SHOWN, table
from valuekit.report.words import about as about_words
from valuekit.report.words import lenses as words
from valuekit.report.words import measures as measure_words
from valuekit.report.words.numbers import number, pounds, sentence, share

GOAL = "goal_reached"
"""The measure that says whether people reached the goal that they set, in every service that asks."""


class LensesReport:
    """All services in the mart of one audience, seen through the three lenses."""

    def __init__(self, mart: Mart):
        self.mart = mart
        self.services = every_service(mart)

    def banner(self) -> Words:
        """What the figures are from, and that they are made up where they are."""
        return Words(about_words.made_from(self.mart.about))

    def _value(self, report: ServiceReport) -> Row | None:
        years = [y for y in report.rows("value") if y.period_start is not None]
        return max(years, key=lambda y: y.period_start, default=None)

    def _spent(self, report: ServiceReport) -> Row | None:
        return next(iter(report.rows("allocation")), None)

    def technical(self) -> Block:
        """What each service's money bought, in each service's own outcome."""
        return Block.of(
            Points(tuple(Item(words.bought(r.service, self._value(r))) for r in self.services)),
            Words((words.AVERAGE,)),
        )

    def margin(self) -> Block:
        """What a further pound went with: between the two newest years, and between ways of care."""
        items = []
        for report in self.services:
            for row in report.rows("increment"):
                says = words.margin(row, report.service.value_says or "")
                if says:
                    lead = f"{report.service.name}, {row.option_words} against {row.against_words}:"
                    items.append(Item(says, lead))
        if not items:
            return Block.of(Words(("There are not yet two years to set side by side.",)))
        return Block.of(Points(tuple(items)), Words((words.MARGIN,)))

    def allocation(self) -> Block:
        """Spending and outcome side by side."""
        said = Points(tuple(Item(words.spending(r.service, self._spent(r))) for r in self.services))
        return Block.of(said, self._side_by_side())

    def _side_by_side(self) -> Table:
        lines = [(r.service, self._spent(r), self._value(r)) for r in self.services]
        return table(
            "lenses-allocation",
            "Spending and outcome of each service side by side (95% intervals in brackets). "
            "What £100,000 bought is an average; the margin is how outcome and cost of a pathway moved "
            "between the two newest years.",
            {
                "Service": [s.name for s, _, _ in lines],
                "Cost of the pathways": [
                    pounds(a.amount) if a is not None and a.amount is not None else NOT_SHOWN
                    for _, a, _ in lines
                ],
                "Share": [
                    share(a.share) if a is not None and a.share is not None else NOT_SHOWN
                    for _, a, _ in lines
                ],
                "Outcome": [_outcome(s, v) for s, _, v in lines],
                "n": [number(v.n) if v is not None else NOT_SHOWN for _, _, v in lines],
                "Known": [share(v.completeness) if v is not None else NOT_SHOWN for _, _, v in lines],
                "£100,000 bought": [about_words.ratio_cell(v) for _, _, v in lines],
                "The margin": [words.margin_cell(_year(r)) for r in self.services],
            },
            numbers=("Cost of the pathways", "Share", "n", "Known"),
        )

    def need(self) -> Block:
        """Spending and people by fifth of deprivation, against the need expected there."""
        fifths = {r.service.name: self._fifths(r) for r in self.services}
        said = [
            sentence(
                words.need(r.service, fifths[r.service.name]),
                words.unmet(r.service, fifths[r.service.name]),
                words.cost_of_unmet(fifths[r.service.name], getattr(self._spent(r), "mean", None)),
                words.shares(fifths[r.service.name]),
            )
            for r in self.services
        ]
        sources = [row.source for found in fifths.values() for row in found]
        chart = need_chart(fifths)
        alt = sentence(
            "Pathways for each 100 people expected to need one, by fifth of deprivation.",
            *(words.need_alt(r.service, fifths[r.service.name]) for r in self.services),
        )
        figure = Words((alt,)) if chart is None else self._figure(chart, alt)
        return Block.of(
            Points(tuple(Item(text) for text in said)),
            Words((words.where_from(sources),)),
            figure,
            self._need_table(fifths),
        )

    def _fifths(self, report: ServiceReport) -> list[Row]:
        return sorted(report.rows("need"), key=lambda r: r.fifth)

    def _figure(self, chart: object, alt: str) -> Figure:
        return Figure(
            "lenses-need",
            look.svg(chart),
            "Need met by fifth of deprivation: pathways for each 100 people expected (95% intervals).",
            alt,
            f"{self.mart.about.audience}/lenses",
        )

    def _need_table(self, fifths: dict[str, list[Row]]) -> Iterator[Shown]:
        lines = [(name, row) for name, found in fifths.items() for row in found]
        if not lines:
            return
        yield table(
            "lenses-fifths",
            "Adults, expected need, pathways and spending by fifth of deprivation.",
            {
                "Service and fifth": [f"{name}: {FIFTHS.get(r.fifth, r.fifth)}" for name, r in lines],
                "Adults": [number(r.adults) for _, r in lines],
                "Expected": [number(r.expected) for _, r in lines],
                "Pathways": [number(r.n) if r.n is not None else NOT_SHOWN for _, r in lines],
                "For each 100 expected": [_met(r) for _, r in lines],
                "Share of need": [share(r.need_share) for _, r in lines],
                "Share of spending": [_share(r.spend_share) for _, r in lines],
                "Cost of a pathway": [pounds(r.mean) if r.mean is not None else NOT_SHOWN for _, r in lines],
            },
            numbers=(
                "Adults", "Expected", "Pathways", "Share of need", "Share of spending", "Cost of a pathway",
            ),
        )  # fmt: skip

    def segments(self) -> Block:
        """People and spending by use of hospital care."""
        found = {r.service.name: sorted(r.rows("segment"), key=lambda s: s.position) for r in self.services}
        said = tuple(Item(words.segments(r.service, found[r.service.name])) for r in self.services)
        return Block.of(Points(said), self._segment_table(found))

    def _segment_table(self, found: dict[str, list[Row]]) -> Iterator[Shown]:
        lines = [(name, row) for name, rows_ in found.items() for row in rows_]
        if not lines:
            return
        yield table(
            "lenses-segments",
            "Pathways and spending by use of hospital care within the pathway's window.",
            {
                "Service and segment": [f"{name}: {r.name}" for name, r in lines],
                "Who": [r.bands or "" for _, r in lines],
                "Pathways": [number(r.n) if r.n is not None else NOT_SHOWN for _, r in lines],
                "Share of pathways": [_share(r.people_share) for _, r in lines],
                "Share of spending": [_share(r.spend_share) for _, r in lines],
                "Cost of a pathway": [_mean(r) for _, r in lines],
            },
            numbers=("Pathways", "Share of pathways", "Share of spending", "Cost of a pathway"),
        )

    def personal(self) -> Block:
        """Whether people reached the goal that they set."""
        return Block.of(Points(tuple(Item(self._goal(r)) for r in self.services)), self._goal_table())

    def _goals(self, report: ServiceReport) -> tuple[Row, Row] | None:
        return next(((m, h) for m, h in report.pairs if m.measure == GOAL), None)

    def _goal(self, report: ServiceReport) -> str:
        pair = self._goals(report)
        if pair is None:
            return words.goals(report.service, "", "")
        return words.goals(report.service, measure_words.finding(*pair), measure_words.completeness(pair[1]))

    def _goal_table(self) -> Iterator[Shown]:
        lines = [(r.service.name, *pair) for r in self.services if (pair := self._goals(r)) is not None]
        if not lines:
            return
        yield table(
            "lenses-goals",
            "People who reached the goal that they set (95% interval, Wilson).",
            {
                "Service": [name for name, _, _ in lines],
                "12 months": [h.year_words or "" for _, _, h in lines],
                "Reached": [
                    measure_words.value_of(m, h.year_value) if h.year_value is not None else NOT_SHOWN
                    for _, m, h in lines
                ],
                "95% interval": [about_words.interval_cell(m, h) for _, m, h in lines],
                "n": [number(h.year_n) for _, _, h in lines],
                "Known": [share(h.completeness) for _, _, h in lines],
            },
            numbers=("Reached", "n", "Known"),
        )


def _outcome(service: Row, year: Row | None) -> str:
    if year is None:
        return NOT_SHOWN
    return f"{about_words.outcome_cell(year)} {service.value_says or ''}".strip()


def _year(report: ServiceReport) -> Row | None:
    """The newest year against the one before."""
    return next((r for r in report.rows("increment") if r.comparison == "year"), None)


def _met(row: Row) -> str:
    if not row.shown or row.met is None:
        return NOT_SHOWN
    return about_words.ranged(number(row.met), row.met_lower, row.met_upper, "", 0)


def _share(value: float | None) -> str:
    return NOT_SHOWN if value is None else share(value)


def _mean(row: Row) -> str:
    if row.n == 0:
        return "nobody"
    return NOT_SHOWN if row.mean is None else pounds(row.mean)


def lenses_report() -> LensesReport:
    """The three lenses for the audience of this render."""
    return LensesReport(open_mart())
