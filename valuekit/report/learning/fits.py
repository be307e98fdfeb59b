"""Which of these fits us? A short guided choice: points by stated rules, an ordered list with reasons.

The rules stand here once: the page prints them as a table, and the site's script counts by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from valuekit.mart import Mart
from valuekit.report.learning.cases import Cases
from valuekit.report.learning.markup import Html, attribute, select
from valuekit.report.show import Table, Words
from valuekit.report.tables import table

LEVELS = ("low", "medium", "high")


@dataclass(frozen=True)
class Question:
    """One question: `kind` says how an answer is compared; points where it fits, and where it does not."""

    name: str
    asks: str
    kind: str
    fits: int
    misfits: int
    says: str
    says_not: str = ""


QUESTIONS = (
    Question(
        "theme",
        "What do you most want to get better at?",
        "facet",
        3,
        0,
        "it shows what you want to get better at",
    ),
    Question("patient_group", "Whose care is it about?", "facet", 2, 0, "it is about the same people"),
    Question("setting", "Where would it happen?", "facet", 2, 0, "it happened in such a place"),
    Question("function", "Which corporate team can take part?", "facet", 2, 0, "such a team took part"),
    Question(
        "cost",
        "How much can you spend?",
        "budget",
        1,
        -2,
        "it cost no more than that",
        "it cost more than that",
    ),
    Question(
        "leadership",
        "How much time do your leaders have for it?",
        "factor",
        1,
        -2,
        "you have the leadership that it needs",
        "it needs more leadership than you have",
    ),
    Question(
        "data",
        "How good are your data?",
        "factor",
        1,
        -2,
        "you have the data that it needs",
        "it needs better data than you have",
    ),
    Question(
        "time",
        "How much time do teams have to meet?",
        "factor",
        1,
        -2,
        "you have the time to meet that it needs",
        "it needs more time to meet than you have",
    ),
    Question(
        "will",
        "How much do people want a change?",
        "factor",
        1,
        -2,
        "you have the will that it needs",
        "it needs more will than there is",
    ),
    Question(
        "evidence",
        "How sure must the evidence be?",
        "least",
        1,
        -1,
        "its evidence is as sure as you ask",
        "its evidence is less sure than you ask",
    ),
)
BUDGETS = (("low", "Under £100,000"), ("medium", "Up to £500,000"), ("high", "More"))
HAVE = (("low", "Little"), ("medium", "Some"), ("high", "Much"))
LEAST = (("2", "At least weak (2 of 5)"), ("3", "At least fair (3 of 5)"), ("4", "At least good (4 of 5)"))


class Fits:
    """What the page of the guided choice shows."""

    def __init__(self, mart: Mart):
        self.cases = Cases(mart)

    def _repr_markdown_(self) -> str:
        if not self.cases.listed:
            return Words(("There is no case study yet.",))._repr_markdown_()
        return Html("\n".join(self._html()))._repr_markdown_()

    def _html(self) -> Iterator[str]:
        rules = {q.name: [q.kind, q.fits, q.misfits, q.says, q.says_not] for q in QUESTIONS}
        told = [
            {
                "case": one.id,
                "title": one.row.title,
                "summary": one.row.summary,
                "facets": {q.name: one.codes(q.name) for q in QUESTIONS if q.kind != "factor"},
                "needs": {need.factor: need.needs for need in one.needs},
            }
            for one in self.cases.listed
        ]
        yield (
            f'<div class="fits" data-learning="fits" data-rules="{attribute(rules)}" '
            f'data-cases="{attribute(told)}">'
        )
        yield '<form class="fits__form" hidden aria-label="Which of these fits us?"><div class="fields">'
        for question in QUESTIONS:
            yield select(
                f"fits-{question.name}",
                question.name,
                question.asks,
                self._options(question),
                "Does not matter",
            )
        yield '</div><p class="finder__acts"><button class="button" type="submit">Show what fits</button> '
        yield '<button class="button button--quiet" type="reset">Begin again</button></p></form>'
        yield '<p class="fits__status" role="status"></p><ol class="fits__list" hidden></ol></div>'

    def _options(self, question: Question) -> list[tuple[str, str]]:
        fixed = {"budget": BUDGETS, "factor": HAVE, "least": LEAST}.get(question.kind)
        return list(fixed) if fixed else self.cases.options(question.name)

    def rules(self) -> Table:
        """Every question with its points."""
        return table(
            "fits-rules",
            "How the points are given. A question left open gives none. Equal points: by title.",
            {
                "Question": [q.asks for q in QUESTIONS],
                "Fits": [f"+{q.fits}: {q.says}" for q in QUESTIONS],
                "Does not fit": [f"−{abs(q.misfits)}: {q.says_not}" if q.misfits else "0" for q in QUESTIONS],
            },
            widths=(2, 2.4, 2.4),
        )

    def needs(self) -> Table:
        """What each case needs, for a choice by hand."""
        listed = self.cases.listed
        factors = [(n.factor, n.label) for n in listed[0].needs] if listed else []
        return table(
            "fits-needs",
            "What each case needs, and what describes it.",
            {
                "Case": [one.row.title for one in listed],
                "Theme": [one.labels("theme") for one in listed],
                "People": [one.labels("patient_group") for one in listed],
                "Setting": [one.labels("setting") for one in listed],
                "Corporate teams": [one.labels("function") for one in listed],
                "Cost": [one.labels("cost") for one in listed],
                **{
                    label: [next((n.needs for n in one.needs if n.factor == factor), "") for one in listed]
                    for factor, label in factors
                },
                "Evidence": [one.rating for one in listed],
            },
        )
