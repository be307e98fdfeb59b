"""The board report: what changed, whether it is real, what needs a decision; all services on two pages."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.mart import Mart
from valuekit.report import icons
from valuekit.report.audience import Row, open_mart
from valuekit.report.charts.programme import short
from valuekit.report.programme import ProgrammeReport
from valuekit.report.service import ServiceReport, every_service
from valuekit.report.show import Block, Item, Points, Table, Words
from valuekit.report.tables import NOT_SHOWN, table
from valuekit.report.words import about as about_words
from valuekit.report.words import costs, decisions, lenses
from valuekit.report.words import measures as words
from valuekit.report.words.numbers import listed, lower_first, number, share


class BoardReport:
    """All services in the mart of one audience."""

    def __init__(self, mart: Mart):
        self.mart = mart
        self.services = every_service(mart)

    def banner(self) -> Words:
        """What the figures are from, and that they are made up where they are."""
        return Words(about_words.made_from(self.mart.about))

    def decide(self) -> Block:
        """What meets a rule that asks for a decision."""
        found = [f for s in self.services for f in decisions.decide(s.service, s.pairs)]
        if not found:
            return Block.of(Words(("Nothing meets a rule that asks for a decision.",)))
        return Block.of(_points(found))

    def rules(self) -> Words:
        """The rules by which the list for decision is made."""
        return Words((f"A figure is listed when one of these holds: {'; '.join(decisions.RULES)}.",))

    def changed(self) -> Block:
        """What differs from the year before by more than chance would make likely."""
        found = [f for s in self.services for f in decisions.changed(s.service, s.pairs)]
        if not found:
            return Block.of(Words(("No figure differs clearly from the 12 months before.",)))
        return Block.of(_points(found))

    def unclear(self) -> Words:
        """What may be chance, and what has too few people, a sentence for each service."""
        return Words(tuple(text for text in (self._unclear(s) for s in self.services) if text))

    def _unclear(self, report: ServiceReport) -> str:
        found = decisions.unclear(report.service, report.pairs)
        parts = [
            f"{says} for {listed(names)}"
            for says in words.UNCLEAR.values()
            if (names := [lower_first(f.measure) for f in found if f.text == f"{says}."])
        ]
        return f"{report.service.name}: {'; '.join(parts)}." if parts else ""

    def value(self) -> Table:
        """Spending and outcome of each service side by side, what £100,000 bought, and the margin."""
        newest = []
        for report in self.services:
            years = sorted(
                (y for y in report.rows("value") if y.period_start is not None), key=lambda y: y.period_start
            )
            newest.append((report, years[-1] if years else None))
        shown = [(r, y) for r, y in newest if y is not None]
        return table(
            "board-value",
            f"Spending, outcome and value{costs.in_prices([y for _, y in shown])}, newest 12 months with "
            "complete follow-up (95% intervals). The margin: change in outcomes with each £100,000 more or "
            "less spent than the year before.",
            {
                "Service": [r.service.name for r, _ in shown],
                "Spending": [_spending(next(iter(r.rows("allocation")), None)) for r, _ in shown],
                "n": [number(y.n) for _, y in shown],
                "Known": [share(y.completeness) for _, y in shown],
                "Outcome": [about_words.outcome_cell(y) for _, y in shown],
                "Cost of a pathway": [about_words.mean_cost_cell(y) for _, y in shown],
                "£100,000 bought": [about_words.ratio_cell(y) for _, y in shown],
                "The margin": [
                    lenses.margin_cell(next((i for i in r.rows("increment") if i.comparison == "year"), None))
                    for r, _ in shown
                ],
            },
            numbers=("n", "Known"),
            widths=(1.6, 1.1, 0.55, 0.8, 1.5, 1.8, 1.3, 1.9),
        )

    def programme(self) -> Words:
        """What the programme costs and yields, when it covers its costs, and what that rests on."""
        return ProgrammeReport(self.mart).board()

    def measures(self) -> Table:
        """Every outcome of every service in one line, with its icons; costs stand with the value."""
        lines = [(s.service, m, h) for s in self.services for m, h in s.pairs if m.role != "cost"]
        return table(
            "board-measures",
            "Every outcome: newest 12 months with complete follow-up, and what its chart shows.",
            {
                "Measure": [f"{s.name}: {lower_first(m.name)}" for s, m, _ in lines],
                "Figure (95% interval)": [figure_cell(m, h) for _, m, h in lines],
                "n": [number(h.year_n) for _, _, h in lines],
                "Known": [share(h.completeness) for _, _, h in lines],
                "Variation": [icons.variation(h.variation) for _, _, h in lines],
                "Target": [
                    icons.assurance(h.assurance) if m.target is not None else "none" for _, m, h in lines
                ],
            },
            numbers=("n", "Known"),
            widths=(3.8, 2.5, 0.5, 0.7, 2.9, 1.9),
        )


def figure_cell(measure: object, headline: object) -> str:
    """The year's figure with its interval, or that it is not shown."""
    if headline.year_value is None:
        return NOT_SHOWN
    figure = words.value_of(measure, headline.year_value)
    return about_words.ranged(
        figure, headline.year_lower, headline.year_upper, measure.unit or "", measure.decimals or 0
    )


def _spending(row: Row | None) -> str:
    """What a service's pathways cost, and its share of all of them."""
    if row is None or not row.shown or row.amount is None:
        return NOT_SHOWN
    return short(row.amount) + (f" ({share(row.share)})" if row.share is not None else "")


def _points(found: Sequence[decisions.Finding]) -> Points:
    return Points(tuple(Item(f.text, lead=f"{f.service}, {lower_first(f.measure)}:") for f in found))


def board_report() -> BoardReport:
    """The board report for the audience of this render."""
    return BoardReport(open_mart())
