"""The page of one case study, in the parts that every case includes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from valuekit.errors import Problem, ValuekitError
from valuekit.mart import Mart
from valuekit.report.audience import Row, rows
from valuekit.report.charts.published import chartable, published
from valuekit.report.show import Block, Figure, Heading, Item, Points, Shown, Table, Words
from valuekit.report.tables import table
from valuekit.report.words import learning as words
from valuekit.report.words.numbers import upper_first

FACETS = {
    "theme": "Theme",
    "setting": "Setting",
    "service": "Services",
    "function": "Corporate functions",
    "patient_group": "Patient group",
    "lens": "Part of value",
    "cost": "Cost",
    "impact": "Impact",
    "evidence": "Evidence",
    "status": "Status",
}
"""What a case is described and found by, in the order of the page."""

KITS = "../../downloads/kits"


def compared(figures: Sequence[Row]) -> list[Row]:
    """The main figure (the first), and those that stand against something: what a reader is told and shown.

    The others give the size and the setting of a case. They stand in the table alone: in one chart with the
    main figure they would look like its comparators.
    """
    return [row for i, row in enumerate(figures) if i == 0 or row.against_figure is not None]


class CasePage:
    """One case study in the mart. Each method is what one cell shows."""

    def __init__(self, case: str, mart: Mart):
        self.mart, self.id = mart, case
        found = self._of("case")
        if not found:
            raise ValuekitError(
                Problem(
                    f"there is no case study '{case}' in what was built",
                    f"{case}.qmd",
                    do="Check the document's parameter, then run: valuekit build",
                )
            )
        self.case = found[0]

    def _of(self, name: str, **where: object) -> list[Row]:
        """Rows of one table for this case, in their order."""
        frame = self.mart.table(name)
        keep = frame["case"] == self.id
        for column, wanted in where.items():
            keep &= frame[column] == wanted
        return rows(frame[keep])

    def _labels(self, facet: str) -> str:
        labels = [row.label for row in self._of("case_facet", facet=facet)]
        return ", ".join(labels) or "none"

    # -- before the first section -------------------------------------------------------------

    def head(self) -> Words:
        """The case in one line."""
        labels = (self._labels(facet) for facet in ("cost", "impact", "evidence", "status"))
        return Words((words.in_short(self.case, *labels),))

    def glance(self) -> Table:
        """What the case is, in one table: who, where, what it is found by, how sure it is."""
        case = self.case
        label = self._labels("evidence")
        by = case.organisation + (f", with {case.partners.replace('; ', ', ')}" if case.partners else "")
        cost = f"{words.amount(case.pounds, '£')}: " if case.pounds is not None else ""
        lines = {
            "By": by,
            "Where": case.place,
            "When": upper_first(words.when(case)),
            "Whose care": case.patients,
            "How large": words.scale(case),
            **{
                name: self._labels(facet)
                for facet, name in FACETS.items()
                if facet not in ("cost", "impact", "evidence", "patient_group")
            },
            "Cost": f"{self._labels('cost')}. {cost}{case.cost_says}",
            "Impact": f"{self._labels('impact')}: {case.impact_says}.",
            "Evidence": f"{words.evidence(case, label)} {case.evidence_says or ''}",
            "Ask": case.contact,
            "Page reviewed by": words.date(case.review),
        }
        return table(
            f"{self.id}-glance",
            "The case at a glance.",
            {"What": list(lines), "This case": [text.strip() for text in lines.values()]},
            widths=(1, 4),
        )

    # -- what changed -------------------------------------------------------------------------

    def figures(self) -> Block:
        """The published figures: sentences and a chart for what is compared, and the table of all of them."""
        return Block.of(*self._shown("", self._of("case_figure", adopter="")))

    def _shown(self, prefix: str, found: list[Row]) -> Iterator[Shown]:
        if not found:
            return
        told = compared(found)
        yield Points(tuple(Item(words.figure_sentence(row)) for row in told))
        for i, shown in enumerate(chartable(told).values(), start=1):
            yield Figure(
                f"{self.id}{prefix}-{i}",
                published(shown),
                "Published figures (dots) beside what they stand against (rings); 95% intervals where known.",
                words.chart_alt(shown),
                f"{self.mart.about.audience}/learning/{self.id}",
            )
        yield table(
            f"{self.id}{prefix}-figures",
            "The figures as published. An interval needs the number of people, which is often left out.",
            {
                "Measure": [row.measure for row in found],
                "Of whom": [row.group or words.NOT_STATED for row in found],
                "Figure": [words.figure_cell(row) for row in found],
                "n": [words.size_cell(row.n, row.unit) for row in found],
                "95% interval": [words.interval_cell(row) for row in found],
                "Stands against": [words.against_cell(row) for row in found],
                "Source": [row.source + (f", page {row.page}" if row.page else "") for row in found],
            },
            numbers=("Figure", "n"),
        )

    # -- after the last section ---------------------------------------------------------------

    def context(self) -> Table:
        """What must be there before another trust can take it up."""
        found = self._of("case_context")
        return table(
            f"{self.id}-context",
            "What it needs. Is it there with you?",
            {
                "Factor": [row.label for row in found],
                "Needs": [row.needs for row in found],
                "What must be there": [row.says for row in found],
            },
            widths=(1, 1, 4),
        )

    def risks(self) -> Block:
        """The risks of acting beside those of not acting."""
        return Block.of(
            self._risk_table("acting", "If you act: what can go wrong."),
            self._risk_table("not_acting", "If you do not act: what goes on."),
        )

    def _risk_table(self, way: str, caption: str) -> Table:
        found = self._of("case_risk", way=way)
        return table(
            f"{self.id}-{way.replace('_', '-')}",
            caption,
            {
                "Risk": [row.risk for row in found],
                "Likelihood": [row.likelihood for row in found],
                "Effect": [row.effect for row in found],
                "Held by": [row.held_by for row in found],
            },
            widths=(3, 1, 1, 3),
        )

    def measures(self) -> Block:
        """What to measure, and from when."""
        found, case = self._of("case_measure"), self.case
        months = int(case.baseline_months)
        begin = f"Measure for {months} month{'' if months == 1 else 's'} before you begin."
        shown = table(
            f"{self.id}-measures",
            f"What to measure. Counted: {case.cohort_says}",
            {
                "Measure": [row.name for row in found],
                "Definition": [row.definition for row in found],
                "Better is": [
                    {"increase": "higher", "decrease": "lower"}.get(row.direction, "neither") for row in found
                ],
                "Where from": [row.collect or "valuekit works it out from the extracts" for row in found],
            },
            widths=(2, 4, 1, 3),
        )
        return Block.of(Words((f"{begin} {case.baseline_says}",)), shown)

    def kit(self) -> Points:
        """What to take away."""
        home = f"{KITS}/{self.id}"
        told = (
            (f"{home}.zip", "The whole kit", "(zip)"),
            (f"{home}/checklist.csv", "Checklist", "of what must be there (CSV)"),
            (f"{home}/risks.csv", "Risks", "of acting and of not acting (CSV)"),
            (f"{home}/baseline-plan.csv", "Baseline plan", "with every measure (CSV)"),
            (f"{home}/{self.id}.yml", "Service definition", "that valuekit runs (YAML)"),
            (f"{home}/report-back.yml", "Form to report back", "(YAML)"),
        )
        return Points(tuple(Item(text, lead=lead, href=href) for href, lead, text in told))

    def adopted_at(self) -> Block:
        """Who took it up, what they changed and what happened."""
        found = self._of("case_adoption")
        return Block.of(
            Words((words.adopters(len(found)),)),
            *(self._adopter(i, row) for i, row in enumerate(found, start=1)),
        )

    def _adopter(self, number: int, row: Row) -> Iterator[Shown]:
        yield Heading(3, f"{row.organisation}, {row.place}", f"adopted-{number}")
        told = [
            ("Since", words.date(row.began)),
            ("Status", row.status),
            ("Adapted", row.adapted),
            ("What happened", row.happened),
            ("For the next one", row.learnt),
            ("Ask", row.contact),
            ("Reported", words.date(row.reported)),
        ]
        yield Points(tuple(Item(text, lead=f"{lead}:") for lead, text in told if text))
        yield from self._shown(f"-adopter-{number}", self._of("case_figure", adopter=row.organisation))

    def related(self) -> Block:
        """The cases that share most with this one, and what they share."""
        titles = {row.case: row.title for row in rows(self.mart.table("case"))}
        found = self._of("case_related")
        if not found:
            return Block.of(Words(("No other case shares enough with this one.",)))
        return Block.of(
            Points(
                tuple(
                    Item(f"(both: {row.shared})", lead=titles[row.related], href=f"{row.related}.qmd")
                    for row in found
                )
            )
        )

    def live(self) -> Block:
        """The live reports of its services on this site; nothing where there is none."""
        names = {row.service: row.name for row in rows(self.mart.table("service"))}
        own = [row.service for row in self._of("case_bearing", measure="") if row.service in names]
        if not own:
            return Block.of(Words(("No service of this site reports on it yet.",)))
        return Block.of(
            Points(
                tuple(
                    Item(
                        "what is measured here, each month",
                        lead=f"{names[s]} report",
                        href=f"../services/{s}.qmd",
                    )
                    for s in own
                )
            )
        )

    def sources(self) -> Points:
        """Where the facts are from."""
        return Points(
            tuple(
                Item(
                    f"({row.by}, {row.year}{f', pages {row.pages}' if row.pages else ''})",
                    lead=row.title,
                    href=row.url or "",
                )
                for row in self._of("case_source")
            )
        )
