"""The list of all cases: grouped and plain in itself; the site's script adds filters and a comparison."""

from __future__ import annotations

from collections.abc import Iterator

from valuekit.mart import Mart
from valuekit.report.learning.case import FACETS
from valuekit.report.learning.cases import Cases, Listed
from valuekit.report.learning.markup import Html, attribute, data, select, text
from valuekit.report.show import Block, Heading, Shown, Table, Words
from valuekit.report.tables import table
from valuekit.report.words import learning as words

FILTERS = ("theme", "setting", "function", "cost", "impact", "evidence", "status")
GROUPED = ("setting", "function", "cost", "impact", "evidence", "status")
"""Facets with a plain list of their own; the main list is grouped by theme."""

COMPARED = ("theme", "lens", "setting", "service", "function", "patient_group", "cost", "impact", "status")
RULES = {"cost": "Cost band", "impact": "Impact band", "evidence": "Evidence rating"}


class Finder:
    """What the index of the learning library shows."""

    def __init__(self, mart: Mart):
        self.cases = Cases(mart)

    def _repr_markdown_(self) -> str:
        if not self.cases.listed:
            return Words(("There is no case study yet.",))._repr_markdown_()
        return Html("\n".join(self._html()))._repr_markdown_()

    def _html(self) -> Iterator[str]:
        count = len(self.cases.listed)
        yield '<div class="finder" data-learning="finder">'
        yield '<form class="finder__form" hidden aria-label="Filter the case studies">'
        yield '<div class="fields">'
        for facet in FILTERS:
            yield select(f"filter-{facet}", facet, FACETS[facet], self.cases.options(facet), "Any")
        yield "</div>"
        yield '<p class="finder__acts"><button class="button" type="reset">Show all</button></p>'
        yield "</form>"
        yield f'<p class="finder__status" role="status">{count} case studies</p>'
        yield '<section class="compare" hidden aria-labelledby="compare-title">'
        yield '<h3 id="compare-title" tabindex="-1">Side by side</h3>'
        yield '<p class="compare__says hint"></p>'
        yield '<div class="table-scroll" role="region" aria-labelledby="compare-title"></div>'
        yield '<p><button class="button compare__clear" type="button">Stop comparing</button></p></section>'
        for code, label in self.cases.options("theme"):
            yield f'<section class="finder__group" aria-labelledby="theme-{code}">'
            yield f'<h3 id="theme-{code}">{text(label)}</h3><ul class="case-list">'
            for one in self.cases.listed:
                if code in one.codes("theme"):
                    yield self._item(one)
            yield "</ul></section>"
        yield "</div>"

    def _item(self, one: Listed) -> str:
        codes = {facet: " ".join(one.codes(facet)) for facet in FILTERS}
        facts = [[FACETS[facet], one.labels(facet)] for facet in COMPARED]
        facts = [
            ["By", f"{one.row.organisation}, {one.row.place}"],
            *facts,
            ["Evidence", one.rating],
            ["Main figure", one.found],
            *[[f"Needs: {need.label.lower()}", f"{need.needs}. {need.says}"] for need in one.needs],
        ]
        return (
            f'<li class="case" data-case="{text(one.id)}"{data(codes)} data-facts="{attribute(facts)}">'
            f'<h4><a href="{text(one.id)}.html">{text(one.row.title)}</a></h4>'
            f"<p>{text(one.row.summary)}</p>"
            f'<p class="hint">{text(one.row.organisation)}. '
            f"Cost: {text(one.labels('cost').lower())}. Impact: {text(one.labels('impact').lower())}. "
            f"Evidence: {text(one.rating.lower())}. {text(one.labels('status'))}.</p>"
            f'<p class="case__compare" hidden><input type="checkbox" id="compare-{text(one.id)}" '
            f'value="{text(one.id)}"> <label for="compare-{text(one.id)}">Compare'
            f'<span class="visually-hidden"> {text(one.row.title)}</span></label></p></li>'
        )

    def groups(self) -> Html:
        """A plain list for each word of each facet, folded away."""
        parts = []
        for facet in GROUPED:
            lists = []
            for code, label in self.cases.options(facet):
                items = "".join(
                    f'<li><a href="{text(one.id)}.html">{text(one.row.title)}</a></li>'
                    for one in self.cases.listed
                    if code in one.codes(facet)
                )
                lists.append(f"<h4>{text(label)}</h4><ul>{items}</ul>")
            parts.append(
                f'<details class="groups"><summary><h3>{text(FACETS[facet])}</h3></summary>'
                f"{''.join(lists)}</details>"
            )
        return Html("\n".join(parts))

    def side_by_side(self) -> Table:
        """Every case in one table."""
        listed = self.cases.listed
        return table(
            "cases",
            "All case studies side by side.",
            {
                "Case": [one.row.title for one in listed],
                "Theme": [one.labels("theme") for one in listed],
                "Cost": [one.labels("cost") for one in listed],
                "Impact": [one.labels("impact") for one in listed],
                "Evidence": [one.rating for one in listed],
                "Status": [one.labels("status") for one in listed],
                "Main figure": [one.found for one in listed],
            },
            widths=(2, 1.6, 1, 1, 1.2, 1, 4),
        )

    def rules(self) -> Block:
        """How each band and rating is given."""
        return Block.of(*(self._rule(rule, name) for rule, name in RULES.items()))

    def _rule(self, rule: str, name: str) -> Iterator[Shown]:
        found = [r for r in self.cases.rules if r.rule == rule]
        yield Heading(3, name, f"rule-{rule}")
        if rule == "evidence":
            yield Words((words.EVIDENCE_RULE,))
        yield table(
            f"rule-{rule}",
            f"{name}: how it is given.",
            {name: [r.label for r in found], "When": [r.says for r in found]},
            widths=(1, 3),
        )
