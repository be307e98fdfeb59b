"""What a case study says of itself and what an adopter reports: models of the front matter and YAML.

These files come from other trusts. Every text is plain words: one line, no control marks, beginning with a
letter or figure, without code, links or elements, so that each stays words wherever it is shown.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from valuekit.config import Settings, one_line
from valuekit.learning import vocabulary
from valuekit.learning.plain import fault_of

LONGEST = 600
"""Characters of one text: more belongs in a section."""

CASE_NAME = r"[a-z][a-z0-9_]*"
_LATER = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def _plain(text: str) -> str:
    if fault := fault_of(text, LONGEST):
        raise ValueError(fault)
    return text


def _matches(pattern: re.Pattern[str], says: str):
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"'{text}' is not {says}")
        return text

    return check


def _text(value: Any) -> Any:
    """A year written without quotes is a number to YAML, and meant as it stands."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Plain = Annotated[str, Field(min_length=1), BeforeValidator(one_line), AfterValidator(_plain)]
When = Annotated[
    str, BeforeValidator(_text), AfterValidator(_matches(_LATER, 'a year or month, as "2012" or "2012-05"'))
]
MonthText = Annotated[str, AfterValidator(_matches(_MONTH, 'a month, as "2027-06"'))]
Identifier = Annotated[
    str,
    AfterValidator(
        _matches(re.compile(CASE_NAME), "an identifier: small letters, digits and _, a letter first")
    ),
]
Address = Annotated[
    str,
    AfterValidator(
        _matches(re.compile(r"https://[A-Za-z0-9.-]+(/[A-Za-z0-9_./%#?=&+~-]*)?"), "an https:// address")
    ),
]
Level = Literal["low", "medium", "high"]
Direction = Literal["increase", "decrease", "neutral"]
Status = Literal["running", "spread", "stopped"]
Codes = Annotated[tuple[str, ...], Field(min_length=1)]
Count = Annotated[float, Field(ge=0)]


class Scale(Settings):
    """How large: numbers that the sources give, each with what is counted."""

    people: Count | None = None
    people_says: Plain | None = None
    sites: Count | None = None
    sites_says: Plain | None = None

    @model_validator(mode="after")
    def _said(self) -> Scale:
        for name in ("people", "sites"):
            if getattr(self, name) is not None and not getattr(self, f"{name}_says"):
                raise ValueError(f"{name} has a number and no {name}_says; say what is counted")
        return self


class Cost(Settings):
    """What it cost; without `pounds` where the sources do not say."""

    pounds: Count | None = None
    says: Plain


class Evidence(Settings):
    """On what the main figure rests; the rating follows by the rule."""

    design: Literal[tuple(vocabulary.DESIGNS)]  # type: ignore[valid-type]
    comparator: Literal[tuple(vocabulary.COMPARATORS)]  # type: ignore[valid-type]
    source: Literal[tuple(vocabulary.SOURCES)]  # type: ignore[valid-type]
    says: Plain


class Source(Settings):
    """A publication."""

    source: Identifier
    title: Plain
    by: Plain
    year: Annotated[int, Field(ge=1948, le=2100)]
    pages: Annotated[Plain | None, BeforeValidator(_text)] = None
    url: Address | None = None


class Factor(Settings):
    """How much of a factor must be there, and what."""

    needs: Level
    says: Plain


class Context(Settings):
    """The four factors."""

    will: Factor
    leadership: Factor
    data: Factor
    time: Factor


class Risk(Settings):
    """A risk and what holds it."""

    risk: Plain
    likelihood: Level
    effect: Level
    held_by: Plain


class Baseline(Settings):
    """Measuring before beginning."""

    months: Annotated[int, Field(ge=1, le=60)]
    says: Plain


class Cohort(Settings):
    """Who would be counted, as in a service definition."""

    says: Plain
    activity_types: Codes
    diagnoses: tuple[Annotated[str, Field(pattern=r"^[A-Z]\d{2}[0-9X]?[0-9A-Z]?$")], ...] = ()
    procedures: tuple[Annotated[str, Field(pattern=r"^[A-Z]\d{2,3}$")], ...] = ()
    new_after_days: Annotated[int, Field(ge=1, le=3660)]
    days_after: Annotated[int, Field(ge=1, le=3660)]
    value_says: Plain


_FROM_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # kind of figure: keys it needs, keys it may have
    "outcome_share": (("instrument", "time_point"), ("at_least", "at_most", "death_counts_as")),
    "outcome_mean": (("instrument", "time_point"), ()),
    "eq5d_mean": (("time_point", "value_set"), ()),
    "alive_share": (("days",), ()),
    "readmitted_share": (("days",), ()),
    "stay_mean": ((), ()),
    "wait_mean": (("to_activity_types",), ()),
    "days_at_home_mean": (("days",), ()),
}
SHARES = ("outcome_share", "alive_share", "readmitted_share")
"""Kinds of figure that are a share of people: what money can buy more of."""


class ToMeasure(Settings):
    """What an adopter measures: worked out by valuekit (`from`) or collected by hand (`collect`)."""

    measure: Identifier
    name: Plain
    definition: Plain
    numerator: Plain
    denominator: Plain
    tier: Literal[1, 2, 3]
    direction: Direction
    source: dict[str, Any] | None = Field(None, alias="from")
    collect: Plain | None = None

    @field_validator("source")
    @classmethod
    def _known(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        """Only the kinds and keys of a service definition, with plain values."""
        if value is None:
            return None
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in _FROM_KEYS:
            raise ValueError(f"kind '{kind}' is none of: " + ", ".join(_FROM_KEYS))
        needs, may = _FROM_KEYS[kind]
        wrong = sorted(set(value) - {"kind", *needs, *may})
        missing = [key for key in needs if key not in value]
        if wrong or missing:
            told = [f"unknown '{key}'" for key in wrong] + [f"'{key}' is missing" for key in missing]
            raise ValueError(f"{kind}: {', '.join(told)}")
        for key, given in value.items():
            words = given if isinstance(given, list) else [given]
            if not all(isinstance(w, int | float) or re.fullmatch(r"[\w]+", str(w)) for w in words):
                raise ValueError(f"{key}: '{given}' is not a plain word or number")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> ToMeasure:
        if (self.source is None) == (self.collect is None):
            raise ValueError("needs one of 'from' and 'collect'")
        return self

    @property
    def kind(self) -> str:
        """How valuekit works it out; empty where it is collected by hand."""
        return str(self.source["kind"]) if self.source else ""


class Adopt(Settings):
    """What another trust needs to try it."""

    context: Context
    acting: Annotated[tuple[Risk, ...], Field(min_length=1)]
    not_acting: Annotated[tuple[Risk, ...], Field(min_length=1)]
    baseline: Baseline
    cohort: Cohort
    measures: Annotated[tuple[ToMeasure, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _first_is_a_share(self) -> Adopt:
        if self.measures[0].kind not in SHARES:
            raise ValueError(f"the first measure must come from one of: {', '.join(SHARES)}")
        names = [m.measure for m in self.measures]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the measure '{twice[0]}' stands twice")
        if not (self.cohort.diagnoses or self.cohort.procedures):
            raise ValueError("cohort: give diagnoses or procedures")
        return self


class Case(Settings):
    """The key ``case`` of a case study's front matter."""

    organisation: Plain
    partners: tuple[Plain, ...] = ()
    place: Plain
    setting: Codes
    services: Codes
    functions: tuple[str, ...]
    patients: Plain
    patient_group: str
    theme: str
    lens: str
    began: When | None = None
    ended: When | None = None
    scale: Scale
    cost: Cost
    evidence: Evidence
    status: Status
    review: MonthText
    contact: Plain
    reports: tuple[Identifier, ...]
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    adopt: Adopt

    @model_validator(mode="after")
    def _in_order(self) -> Case:
        if self.began and self.ended and self.ended[:4] < self.began[:4]:
            raise ValueError(f"ended ({self.ended}) lies before began ({self.began})")
        names = [source.source for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the source '{twice[0]}' stands twice")
        return self


class Front(Settings):
    """The front matter of a case study."""

    title: Plain
    subtitle: Plain
    description: Annotated[Plain, Field(max_length=200)]
    modified: Annotated[date, Field(alias="date-modified")]
    """Day on which its words last changed: the feed and search engines tell of it."""
    case: Case


class AdopterFigure(Settings):
    """A figure in an adopter's report: the columns of a case's table, without source and page."""

    measure: Plain
    group: Plain | None = None
    about: Literal["about", "more than", "less than", "just under", "expected"] | None = None
    figure: float
    n: Annotated[float, Field(gt=0)] | None = None
    against: Plain | None = None
    against_figure: float | None = None
    against_n: Annotated[float, Field(gt=0)] | None = None
    unit: Annotated[str, Field(pattern=r"^(%|£|[a-z][a-z ]{0,30})$")]
    direction: Direction


class Adoption(Settings):
    """An adopter's report."""

    case: Identifier
    organisation: Plain
    place: Plain
    began: When
    status: Status
    adapted: Plain
    happened: Plain
    learnt: Plain | None = None
    figures: tuple[AdopterFigure, ...] = ()
    contact: Plain
    reported: MonthText
