"""The page about the programme: what it costs and yields, when it breaks even, what that rests on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from valuekit.mart import Mart
from valuekit.report.audience import Row, open_mart, rows
from valuekit.report.charts import look
from valuekit.report.charts.programme import cumulative, tornado
from valuekit.report.show import Block, Figure, Shown, Table, Words
from valuekit.report.tables import table
from valuekit.report.words import about as about_words
from valuekit.report.words import programme as words
from valuekit.report.words.numbers import pounds


class ProgrammeReport:
    """The value programme in the mart of one audience."""

    def __init__(self, mart: Mart):
        self.mart = mart

    @cached_property
    def whole(self) -> Row | None:
        """The programme as one row; None where nothing was entered."""
        return next(iter(rows(self.mart.table("programme"))), None)

    @cached_property
    def cases(self) -> list[Row]:
        """The assumptions moved."""
        return sorted(rows(self.mart.table("programme_case")), key=lambda c: c.position)

    @property
    def period(self) -> str:
        """Month of the data."""
        return self.mart.about.period

    def banner(self) -> Words:
        """What the figures are from, and that they are made up where they are."""
        return Words(about_words.made_from(self.mart.about))

    def summary(self) -> Words:
        """The finding, the return, and what is assumed."""
        return Words(
            (
                " ".join(
                    p for p in (words.finding(self.whole, self.period), words.returned(self.whole)) if p
                ),
                words.assumed(self.whole),
            )
        )

    def board(self) -> Words:
        """The programme in a paragraph, for the board."""
        return Words((words.board_line(self.whole, self.cases, self.period),))

    def over_time(self) -> Block:
        """Benefits less costs so far."""
        months = sorted(rows(self.mart.table("programme_month")), key=lambda m: m.month)
        chart = cumulative(months, self.whole)
        alt = words.over_time_alt(self.whole, months, self.period)
        caption = "Benefits less costs so far, discounted; the full line is booked, the broken one forecast."
        return Block.of(self._figure("programme-over-time", chart, caption, alt))

    def assumptions(self) -> Block:
        """One assumption moved at a time: sentences, chart, table."""
        if self.whole is None or not self.cases:
            return Block.of(Words((words.sensitivity(self.cases),)))
        chart = tornado(self.cases, self.whole)
        figure = self._figure(
            "programme-assumptions",
            chart,
            f"Net present value with one assumption moved; as assumed {words.thousands(self.whole.npv)}.",
            words.tornado_alt(self.whole, self.cases),
        )
        text = Words((f"{words.sensitivity(self.cases)} {words.caveat()}",))
        return Block.of(text, figure, self._cases_table())

    def _cases_table(self) -> Table:
        lines = [("As assumed", "", self.whole), *((c.name, c.setting, c) for c in self.cases)]
        return table(
            "programme-cases",
            "Net present value, return on investment and break-even, with one assumption moved.",
            {
                "Assumption": [name for name, _, _ in lines],
                "Setting": [setting or "all of them" for _, setting, _ in lines],
                "Net present value": [pounds(c.npv) for _, _, c in lines],
                "Return on investment": [words.percent(c.roi) for _, _, c in lines],
                "Costs covered by": [c.break_even_words or "not in these months" for _, _, c in lines],
            },
            numbers=("Net present value", "Return on investment"),
        )

    def lines(self) -> Block:
        """Every category of cost and benefit."""
        return Block.of(self._lines())

    def _lines(self) -> Iterator[Shown]:
        found = sorted(rows(self.mart.table("programme_line")), key=lambda r: r.position)
        if not found:
            return
        names = {s.service: s.name for s in rows(self.mart.table("service"))}
        yield table(
            "programme-lines",
            "Costs and benefits by category, within the months counted.",
            {
                "Category": [r.category for r in found],
                "Kind": [{"cost": "Cost", "benefit": "Benefit"}.get(r.kind, r.kind) for r in found],
                "For": [names.get(r.service or "", r.service or "the whole programme") for r in found],
                "Booked": [pounds(r.actual) for r in found],
                "Forecast": [pounds(r.forecast) for r in found],
                "Present value": [pounds(r.present_value) for r in found],
            },
            numbers=("Booked", "Forecast", "Present value"),
        )

    def _figure(self, name: str, chart: object, caption: str, alt: str) -> Shown:
        if chart is None:
            return Words((alt,))
        return Figure(name, look.svg(chart), caption, alt, f"{self.mart.about.audience}/programme")


def programme_report() -> ProgrammeReport:
    """The programme for the audience of this render."""
    return ProgrammeReport(open_mart())
