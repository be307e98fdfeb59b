"""The words that describe a case, and the rules of its cost band, impact band and evidence rating.

Words are the project's to extend (``data/reference/learning.yml``). Rules are the same for every case and
stand here, where they are applied, with the sentences in which readers see them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from valuekit.config import Settings, checked, read_yaml
from valuekit.project import Project

FILE = "learning.yml"

FACTORS = {
    "will": "Will",
    "leadership": "Leadership",
    "data": "Data",
    "time": "Time to meet",
}
"""What must be there before a case can be adopted (the conditions that improvement teams name themselves)."""

LOW_UNDER, MEDIUM_TO = 100_000, 500_000
"""Pounds: below the first a cost is low, up to the second it is medium."""

LARGE_FROM, MODERATE_FROM = 0.25, 0.10
"""Difference from what a figure stands against, as a share of that."""

FEW = 100
"""People under whom a figure is weak: of 100, a share of half is known to within 10 points (Wilson, 95%)."""

DESIGNS = {
    "randomised": (5, "people or places were chosen by lot"),
    "interrupted_time_series": (4, "many points before and after"),
    "controlled_before_after": (4, "before and after, beside a group without the change"),
    "before_after": (3, "before and after"),
    "comparison": (3, "one group beside another, once"),
    "cohort": (3, "people followed up"),
    "single_figure": (2, "one figure with nothing beside it"),
    "model": (1, "worked out, not observed"),
    "account": (1, "what those who took part say"),
}
"""Design → points to begin with, and the design in words."""

COMPARATORS = {
    "similar_group": "a similar group",
    "own_past": "the same place before",
    "published_average": "a published average of other people",
    "none": "nothing",
}
SOURCES = {
    "peer_reviewed": "a journal with peer review",
    "independent": "an independent evaluation",
    "own_account": "the team's own account",
    "summary": "a summary without methods",
}
UNREVIEWED = ("own_account", "summary")
UNREVIEWED_ROOF = 3
RATINGS = {5: "Strong", 4: "Good", 3: "Fair", 2: "Weak", 1: "Very weak"}

COSTS = {
    "low": ("Low", f"under £{LOW_UNDER:,}"),
    "medium": ("Medium", f"£{LOW_UNDER:,} to £{MEDIUM_TO:,}"),
    "high": ("High", f"over £{MEDIUM_TO:,}"),
    "not_stated": ("Not stated", "the sources do not say"),
}
IMPACTS = {
    "large": ("Large", f"the main figure is better by {LARGE_FROM:.0%} or more of what it stands against"),
    "moderate": ("Moderate", f"better by {MODERATE_FROM:.0%} to {LARGE_FROM:.0%}"),
    "small": ("Small", f"better by less than {MODERATE_FROM:.0%}"),
    "worse": ("Worse", "the main figure is worse than what it stands against"),
    "not_compared": ("Not compared", "nothing stands beside the main figure"),
}


class Vocabulary(Settings):
    """``data/reference/learning.yml``: for each list, word → label."""

    settings: dict[str, str]
    services: dict[str, str]
    functions: dict[str, str]
    patient_groups: dict[str, str]
    themes: dict[str, str]
    lenses: dict[str, str]
    statuses: dict[str, str]


def load_vocabulary(project: Project) -> Vocabulary:
    """The words of the project.

    Raises
    ------
    DefinitionError
        The file is not there or does not say what it must.
    """
    return checked(read_yaml(project.reference / FILE), Vocabulary)


@dataclass(frozen=True)
class Rating:
    """A band or rating, and how it was worked out."""

    code: str
    label: str
    why: str


def cost_band(pounds: float | None) -> Rating:
    """The cost band of `pounds` (None: not stated)."""
    if pounds is None:
        code = "not_stated"
    else:
        code = "low" if pounds < LOW_UNDER else "medium" if pounds <= MEDIUM_TO else "high"
    label, says = COSTS[code]
    return Rating(code, label, says)


def impact_band(figure: float, against: float | None, direction: str) -> Rating:
    """How far `figure` differs from `against`, as a share of it, in the direction that is better.

    A difference from nought has no share, and a neutral direction no better: neither is compared.
    """
    if against is None or against == 0 or direction == "neutral":
        code, why = "not_compared", IMPACTS["not_compared"][1]
    else:
        change = (figure - against) / abs(against) * (1 if direction == "increase" else -1)
        # 11 in 100 is 11% however it is stored: a hair below a bound counts as the bound.
        size = round(change, 9)
        code = (
            "worse"
            if size < 0
            else "large"
            if size >= LARGE_FROM
            else "moderate"
            if size >= MODERATE_FROM
            else "small"
        )
        way = "worse" if size < 0 else "better"
        why = f"the main figure differs by {abs(change):.0%} of what it stands against, the {way} way"
    return Rating(code, IMPACTS[code][0], why)


def evidence_rating(design: str, comparator: str, source: str, sizes: Iterable[float | None]) -> Rating:
    """The strength of the evidence behind the main figure, from 1 to 5, with every step.

    Parameters
    ----------
    design, comparator, source
        Keys of :data:`DESIGNS`, :data:`COMPARATORS` and :data:`SOURCES`.
    sizes
        People behind the main figure and, where it stands against one, behind the other (None: not stated).
    """
    points, words = DESIGNS[design]
    steps = [f"{words}: {points}"]
    sizes = list(sizes)
    if None in sizes:
        points -= 1
        steps.append("number of people not stated: one less")
    elif min(size for size in sizes if size is not None) < FEW:
        points -= 1
        steps.append(f"fewer than {FEW} people: one less")
    if comparator == "published_average":
        points -= 1
        steps.append("beside a published average of other people: one less")
    if source in UNREVIEWED and points > UNREVIEWED_ROOF:
        points = UNREVIEWED_ROOF
        steps.append(f"{SOURCES[source]}: no more than {UNREVIEWED_ROOF}")
    if points < 1:
        points = 1
        steps.append("never under 1")
    return Rating(str(points), RATINGS[points], "; ".join(steps))


def rules() -> list[dict[str, object]]:
    """Every band and step, as rows of the mart's ``case_rule``."""
    lines = [("cost", code, *pair) for code, pair in COSTS.items()]
    lines += [("impact", code, *pair) for code, pair in IMPACTS.items()]
    lines += [("evidence", code, f"Begin with {points}", words) for code, (points, words) in DESIGNS.items()]
    lines += [
        (
            "evidence",
            "few",
            "One less",
            f"people behind the main figure, or behind what it stands against, under {FEW} or not stated",
        ),
        ("evidence", "published_average", "One less", "beside a published average of other people"),
        ("evidence", "roof", f"No more than {UNREVIEWED_ROOF}", "the team's own account, or a summary"),
        ("evidence", "floor", "Never under 1", "the lowest rating is 1, very weak"),
    ]
    return [
        {"rule": rule, "position": i, "code": code, "label": label, "says": says}
        for i, (rule, code, label, says) in enumerate(lines, start=1)
    ]
