"""All cases of the mart, each with its facets, as the finder and the guided choice look at them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from valuekit.mart import Mart
from valuekit.report.audience import Row, rows
from valuekit.report.words import learning as words


@dataclass(frozen=True)
class Listed:
    """One case in a list."""

    row: Row
    facets: tuple[Row, ...]
    main: Row | None
    needs: tuple[Row, ...]

    @property
    def id(self) -> str:
        """Its identifier."""
        return self.row.case

    def codes(self, facet: str) -> list[str]:
        """The words of one facet."""
        return [f.code for f in self.facets if f.facet == facet]

    def labels(self, facet: str) -> str:
        """The same as a reader sees them."""
        return ", ".join(f.label for f in self.facets if f.facet == facet) or "none"

    @property
    def rating(self) -> str:
        """``Very weak (1 of 5)``."""
        return f"{self.labels('evidence')} ({self.row.evidence_rating} of 5)"

    @property
    def found(self) -> str:
        """The main figure in a sentence."""
        return words.figure_sentence(self.main) if self.main else ""


class Cases:
    """Every case, in the order of the mart."""

    def __init__(self, mart: Mart):
        self.mart = mart

    @cached_property
    def listed(self) -> list[Listed]:
        """The cases."""
        facets = rows(self.mart.table("case_facet"))
        figures = [r for r in rows(self.mart.table("case_figure")) if not r.adopter and r.position == 1]
        needs = rows(self.mart.table("case_context"))
        return [
            Listed(
                row,
                tuple(f for f in facets if f.case == row.case),
                next((f for f in figures if f.case == row.case), None),
                tuple(n for n in needs if n.case == row.case),
            )
            for row in sorted(rows(self.mart.table("case")), key=lambda r: r.position)
        ]

    def options(self, facet: str) -> list[tuple[str, str]]:
        """The words of a facet that any case has, in their order, each with its label."""
        found = {(f.position, f.code, f.label) for one in self.listed for f in one.facets if f.facet == facet}
        return [(code, label) for _, code, label in sorted(found)]

    @cached_property
    def rules(self) -> list[Row]:
        """How bands and ratings are given."""
        return sorted(rows(self.mart.table("case_rule")), key=lambda r: r.position)
