"""The parts of a service report, in the order in which the report shows them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from valuekit.errors import Problem, ValuekitError
from valuekit.mart import Mart
from valuekit.project import Month
from valuekit.report import answers, economics, icons, improvement, pathway_cost, rates, sites, who_they_are
from valuekit.report import flow as flow_parts
from valuekit.report import money as money_parts
from valuekit.report.audience import Row, open_mart, rows
from valuekit.report.charts import look
from valuekit.report.charts.cost_spread import cost_spread
from valuekit.report.charts.deprivation import NAMES as FIFTHS
from valuekit.report.charts.deprivation import deprivation
from valuekit.report.charts.value import value
from valuekit.report.learning.bearing import bearing
from valuekit.report.matters import what_matters
from valuekit.report.show import Block, Figure, Heading, Item, Points, Shown, Table, Words
from valuekit.report.tables import NOT_SHOWN, icon_line, table
from valuekit.report.words import about as about_words
from valuekit.report.words import costs, decisions, people
from valuekit.report.words import measures as words
from valuekit.report.words import sites as site_words
from valuekit.report.words.numbers import number, pounds, sentence, share


class ServiceReport:
    """One service in the mart of one audience. Each method is what one cell shows."""

    def __init__(self, service: str, mart: Mart):
        self.mart = mart
        found = mart.of("service", service)
        if found.empty:
            names = ", ".join(mart.table("service")["service"]) or "none"
            raise ValuekitError(
                Problem(
                    f"there is no service '{service}' in what was built",
                    f"{service}.qmd",
                    f"built: {names}",
                    "Check the document's parameter and data/services/, then run: valuekit build",
                )
            )
        self.id = service
        self._rows: dict[str, list[Row]] = {}
        self.service = rows(found)[0]

    # -- what the mart says of this service ---------------------------------------------------

    def rows(self, name: str, **where: object) -> list[Row]:
        """Rows of one table for this service, and of these the ones in which each column is as in `where`."""
        if name not in self._rows:
            self._rows[name] = rows(self.mart.of(name, self.id))
        return [r for r in self._rows[name] if all(getattr(r, c) == wanted for c, wanted in where.items())]

    @cached_property
    def measures(self) -> list[Row]:
        """The service's measures, in their order."""
        return sorted(self.rows("measure"), key=lambda m: m.position)

    @cached_property
    def outcome_measures(self) -> list[Row]:
        """The measures that are not costs."""
        return [m for m in self.measures if m.role != "cost"]

    @cached_property
    def headlines(self) -> dict[str, Row]:
        """Latest figures, by measure."""
        return {row.measure: row for row in self.rows("headline")}

    @cached_property
    def pairs(self) -> list[decisions.Pair]:
        """Each measure with its latest figures."""
        return [(m, self.headlines[m.measure]) for m in self.measures if m.measure in self.headlines]

    @cached_property
    def changes_made(self) -> list[Row]:
        """Dated changes, in the order of time."""
        return sorted((c for c in self.rows("change") if c.date is not None), key=lambda c: c.date)

    def figure(self, name: str, chart: object, caption: str, alt: str) -> Shown:
        """The chart as a figure; where nothing may be drawn, its alt text as a sentence."""
        if chart is None:
            return Words((alt,))
        return Figure(
            f"{self.id}-{name}", look.svg(chart), caption, alt, f"{self.mart.about.audience}/{self.id}"
        )

    # -- what the cells show ------------------------------------------------------------------

    def banner(self) -> Words:
        """What the figures are from, and that they are made up where they are."""
        return Words(about_words.made_from(self.mart.about))

    def summary(self) -> Words:
        """At most five sentences: what changed, outcome, cost, value, what needs a decision."""
        return Words((about_words.summary(self.service, self.pairs, self.rows("value")),))

    def at_a_glance(self) -> Table:
        """Every measure in one line: figure, interval, verdict, icons."""
        pairs = self.pairs
        return table(
            f"{self.id}-glance",
            f"{self.service.name}: the newest 12 months with complete follow-up, against the 12 before.",
            {
                "Measure": [m.name for m, _ in pairs],
                "Figure": [
                    words.value_of(m, h.year_value) if h.year_value is not None else NOT_SHOWN
                    for m, h in pairs
                ],
                "95% interval": [about_words.interval_cell(m, h) for m, h in pairs],
                "n": [number(h.year_n) for _, h in pairs],
                "Known": [share(h.completeness) for _, h in pairs],
                "Compared": [words.verdict_cell(m, h) for m, h in pairs],
                "Variation": [icons.variation(h.variation) for _, h in pairs],
                "Target": [
                    icons.assurance(h.assurance) if m.target is not None else "none" for m, h in pairs
                ],
            },
            numbers=("Figure", "n", "Known"),
        )

    def what_matters(self) -> Block:
        """What patients, carers and clinicians rate, who was asked, and who chose each measure."""
        return what_matters(self)

    def outcomes(self) -> Block:
        """One part for each outcome and each rate: heading, icons, sentences, chart."""
        shown = (self._measure(m) for m in self.outcome_measures)
        return Block.of(*shown, rates.rates(self), improvement.phases(self))

    def _measure(self, measure: Row) -> Iterator[Shown]:
        headline = self.headlines.get(measure.measure)
        series = sorted(self.rows("series", measure=measure.measure), key=lambda s: s.period_start)
        changes = [c for c in self.changes_made if c.measure in (measure.measure, None)]
        yield Heading(3, measure.name, f"{self.id}-{measure.measure}")
        if headline is not None:
            shown = [icons.variation(headline.variation)]
            if measure.target is not None:
                shown.append(icons.assurance(headline.assurance))
            yield icon_line(*shown)
            yield Words((words.paragraph(measure, headline),))
        yield from improvement.chart(self, measure, series, changes)
        yield from answers.beside(self, measure)
        yield Words((about_words.measure_note(measure),))

    def who_they_are(self) -> Block:
        """Observed against what is expected of people like these."""
        return who_they_are.section(self)

    def cost(self) -> Block:
        """Cost per pathway over time."""
        return Block.of(*(self._measure(m) for m in self.measures if m.role == "cost"))

    def stage_cost(self) -> Block:
        """The cost of a pathway by stage, and what is inside each stage."""
        return pathway_cost.stage_cost(self)

    def department_view(self) -> Block:
        """The same cost as the accounts show it: by department."""
        return pathway_cost.department_view(self)

    def cost_behaviour(self) -> Block:
        """What would fall if a pathway did not happen."""
        return money_parts.behaviour(self.id, self.rows("cost_kind"))

    def steady_prices(self) -> Block:
        """Cost in the prices of one year, beside cash."""
        return money_parts.steady_prices(self.id, self.rows("price_cost"))

    def cost_drivers(self) -> Block:
        """Where the change in the cost of a pathway lies."""
        return money_parts.drivers(self.id, self.rows("cost_driver"), self.figure)

    def flow(self) -> Block:
        """Stages, steps, waits, hand-offs and time."""
        stages, steps, figures = (self.rows(name) for name in ("flow_stage", "flow_step", "flow_figure"))
        return flow_parts.flow(self.id, stages, steps, figures, self.figure)

    def patients_behind_average(self) -> Block:
        """How the cost is spread over pathways."""
        summary = next(iter(self.rows("cost_summary")), None)
        bands = sorted(self.rows("cost_spread"), key=lambda b: b.from_gbp)
        hidden = any(not b.shown for b in bands)
        figure = self.figure(
            "cost-spread",
            cost_spread(bands, summary),
            "Number of pathways by cost" + ("; bands with few people are left out." if hidden else "."),
            costs.spread_alt(bands, summary),
        )
        return Block.of(Words((costs.spread(summary),)), figure, self._dearest_resources())

    def _dearest_resources(self) -> Iterator[Table]:
        total: dict[str, float] = {}
        partly: set[str] = set()
        for row in self.rows("stage_cost"):
            total[row.resource_name] = total.get(row.resource_name, 0.0) + (
                row.per_pathway or 0.0 if row.shown else 0.0
            )
            if not row.shown:
                partly.add(row.resource_name)
        top = sorted(total, key=lambda name: (-total[name], name))[:5]
        if not top:
            return
        yield table(
            f"{self.id}-resources",
            "The five resources that cost most, pounds for each pathway.",
            {
                "Resource": top,
                "Cost": [f"{'at least ' if name in partly else ''}{pounds(total[name])}" for name in top],
            },
            numbers=("Cost",),
        )

    def dearest_patients(self) -> Block:
        """The dearest pathways, by pseudonym: for the clinical team only; nothing for anybody else."""
        if self.mart.about.audience != "clinical":
            return Block(())
        found = self.rows("resource_patient")
        if not found:
            return Block.of(Words(("No pathways to list.",)))
        shown = table(
            f"{self.id}-patients",
            "The dearest pathways. Pseudonyms: for the clinical team only.",
            {
                "Patient": [r.patient for r in found],
                "Began": [r.began or "" for r in found],
                "Age": [r.age_band or "not known" for r in found],
                "Days in hospital": [number(r.days_in_hospital) for r in found],
                "Outcome reached": [r.outcome or "not known" for r in found],
                "Cost": [pounds(r.cost) for r in found],
                "Costliest stage": [
                    f"{r.main_stage or 'not known'} ({share(r.main_stage_share)})" for r in found
                ],
            },
            numbers=("Days in hospital", "Cost"),
        )
        return Block.of(shown)

    def value(self) -> Block:
        """Outcome and cost side by side, then the ratio."""
        years = sorted(self.rows("value"), key=lambda y: y.period_start, reverse=True)
        if not years:
            return Block.of(Words(("No 12 months have complete follow-up yet, so value cannot be shown.",)))
        says = self.service.value_says or ""
        figure = self.figure(
            "value",
            value(years[:2]),
            "Outcome against mean cost of a pathway (95% intervals). Better value lies up and to the left.",
            costs.value_alt(years[:2]),
        )
        said = (costs.value_change(years), *(costs.value_year(year, says) for year in years[:2]))
        text = Words((*said, costs.value_prices(years)))
        return Block.of(text, figure, self._value_table(years))

    def side_by_side(self) -> Block:
        """Years, fifths of deprivation and ways of care: what each costs and achieves beside the other."""
        found = (self.rows(name) for name in ("increment", "option", "acceptability"))
        years = sorted(self.rows("value"), key=lambda y: y.period_start)
        shown = economics.side_by_side(self.id, *found, self.figure)
        return Block.of(*shown.parts, answers.value_known(years))

    def composite(self) -> Block:
        """The composite outcome with patients' own weights, where one is declared."""
        parts = self.rows("composite_part")
        known = answers.only_known(self, [part.measure for part in parts])
        return Block.of(*economics.composite(self.id, self.rows("composite"), parts).parts, known)

    def tipping(self) -> Block:
        """Where cost begins to rise at another rate: for the clinical team; nothing for anybody else."""
        clinical = self.mart.about.audience == "clinical"
        return economics.tipping(self.rows("tipping")) if clinical else Block(())

    def _value_table(self, years: list[Row]) -> Table:
        return table(
            f"{self.id}-value",
            f"Value: outcome, cost{costs.in_prices(years)} and their ratio (95% intervals in brackets).",
            {
                "12 months": [y.words or "" for y in years],
                "n": [number(y.n) for y in years],
                "Known": [share(y.completeness) for y in years],
                "Outcome": [about_words.outcome_cell(y) for y in years],
                "Cost of a pathway": [about_words.mean_cost_cell(y) for y in years],
                "Outcomes for £100,000": [about_words.ratio_cell(y) for y in years],
            },
            numbers=("n", "Known"),
        )

    def inequality(self) -> Block:
        """Each outcome by fifth of deprivation; charts for the first two, the table for all."""
        measures = [(m, self._fifths(m)) for m in self.outcome_measures]
        measures = [(m, fifths) for m, fifths in measures if fifths]
        if not measures:
            return Block.of(Words(("Outcomes by deprivation cannot be shown yet.",)))
        lines = {r.measure: r for r in self.rows("inequality_slope")}
        points = Points(
            tuple(
                Item(sentence(people.inequality(m, fifths), site_words.slope(m, lines.get(m.measure))))
                for m, fifths in measures
            )
        )
        main, fifths = measures[0]
        figure = self.figure(
            "deprivation",
            deprivation(main, fifths),
            f"{main.name} by fifth of deprivation (95% intervals), {fifths[0].words or 'newest 24 months'}.",
            people.inequality_alt(main, fifths),
        )
        columns = {"Measure": [m.name for m, _ in measures]}
        for fifth, header in FIFTHS.items():
            columns[header] = [
                about_words.fifth_cell(m, next((f for f in fs if f.fifth == fifth), None))
                for m, fs in measures
            ]
        columns["Slope index"] = [site_words.slope_cell(m, lines.get(m.measure)) for m, _ in measures]
        caption = "Outcomes by fifth of deprivation (95% interval; n), and the slope from end to end."
        shown = table(f"{self.id}-fifths", caption, columns)
        return Block.of(points, figure, shown, answers.only_known(self, [m.measure for m, _ in measures]))

    def sites(self) -> Block:
        """The value outcome by hospital site."""
        return sites.sites(self)

    def _fifths(self, measure: Row) -> list[Row]:
        found = [f for f in self.rows("inequality", measure=measure.measure) if f.fifth is not None]
        return sorted(found, key=lambda f: f.fifth)

    def changes(self) -> Block:
        """Dated service changes, each with its figures before and after."""
        by_name = {m.measure: m for m in self.measures}
        if not self.changes_made:
            return Block.of(Words(("No service change has been recorded in these years.",)))
        told = Points(tuple(Item(people.change(c, by_name.get(c.measure or ""))) for c in self.changes_made))
        steps = economics.over_time(self.id, self.rows("interrupted"), self.changes_made, self.measures)
        return Block.of(told, steps, answers.only_known(self, [c.measure for c in self.changes_made]))

    def data_quality(self) -> Block:
        """Follow-up of each measure."""
        names = {m.measure: m for m in self.measures}
        found = [(names[r.measure], r) for r in self.rows("followup") if r.measure in names]
        if not found:
            return Block.of(Words(("Nobody has reached a time point of follow-up yet.",)))
        low = [
            m.name
            for m, r in found
            if r.completeness is not None and r.completeness < decisions.COMPLETE_ENOUGH
        ]
        shown = table(
            f"{self.id}-followup",
            f"Follow-up in {found[0][1].words or 'the newest 12 months'}: people at each step.",
            {
                "Measure": [m.name for m, _ in found],
                "Could be counted": [number(r.eligible) for _, r in found],
                "Asked": [number(r.invited) for _, r in found],
                "Answered": [number(r.returned) for _, r in found],
                "Usable": [number(r.complete) for _, r in found],
                "Known": [share(r.completeness) for _, r in found],
            },
            numbers=("Could be counted", "Asked", "Answered", "Usable", "Known"),
        )
        return Block.of(Words((about_words.followup(low),)), shown)

    def learning(self) -> Block:
        """Case studies that bear on the measures that the board is asked about, and on the service."""
        return bearing(self.service, self.pairs, self.mart)

    def what_changed(self) -> Block:
        """Published figures that moved since the last release."""
        names = {m.measure: m for m in self.measures}
        moved = [r for r in self.rows("revision") if r.measure in names]
        if not moved and not self.rows("release"):
            return Block.of(Words(("This is the first release, so there is nothing to compare with.",)))
        if not moved:
            return Block.of(Words(("No figure that was published before has moved.",)))
        since = Month.parse(moved[0].since).words
        figures = "1 published figure" if len(moved) == 1 else f"{len(moved)} published figures"
        head = f"{figures} moved since the release of {since}."
        return Block.of(
            Words((head,)), Points(tuple(Item(people.revision(r, names[r.measure])) for r in moved))
        )


def every_service(mart: Mart) -> list[ServiceReport]:
    """The report of each service in `mart`, in the order in which they are shown."""
    order = sorted(rows(mart.table("service")), key=lambda s: s.position)
    return [ServiceReport(s.service, mart) for s in order]


def service_report(service: str) -> ServiceReport:
    """The report of `service` for the audience of this render.

    Raises
    ------
    ValuekitError
        Nothing has been built, or there is no such service.
    """
    return ServiceReport(service, open_mart())
