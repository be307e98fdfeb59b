"""What a measure may declare besides itself: case mix, QALYs, a second value set, the change that matters.

Kept apart from ``definitions.py`` so that each can be read alone. Every key is strict, and every fault says
which values would be right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from valuekit.config import Located, Settings, Words, nearest
from valuekit.errors import Problem
from valuekit.measures.calendar import MonthText
from valuekit.measures.definition.codes import Codes, unknown
from valuekit.project import Month

if TYPE_CHECKING:
    from valuekit.measures.definition.definitions import Measure

Covariate = Literal["age_band", "sex", "fifth", "severity", "diagnosis"]
"""What the extracts hold of a person at the start: nothing else can be taken account of."""


def _rising(values: tuple) -> tuple:
    if list(values) != sorted(set(values)):
        raise ValueError("the values must rise")
    return values


class Baseline(Settings):
    """The months on which the model is fitted, both included."""

    from_: Annotated[MonthText, Field(alias="from")]
    to: MonthText

    @model_validator(mode="after")
    def _in_order(self) -> Baseline:
        if Month.parse(self.from_) > Month.parse(self.to):
            raise ValueError("the baseline ends before it begins")
        return self


class Severity(Settings):
    """Illness at the start: an instrument, and the lowest score of each band after the first."""

    instrument: str
    time_point: str = "baseline"
    bands_from: Annotated[tuple[float, ...], Field(min_length=1), AfterValidator(_rising)]


class CaseMix(Settings):
    """The model of who the patients are: what is expected of people like these."""

    covariates: Annotated[tuple[Covariate, ...], Field(min_length=1)]
    baseline: Baseline
    otherwise: Words
    """Who the people without the outcome are, in words: ``people who died within 30 days``."""
    lacks: Words
    """What is known to matter and is not in the extracts, in words."""
    age_from: Annotated[tuple[int, ...], AfterValidator(_rising)] = ()
    """Lowest age of each group of bands after the first; without it every band stands for itself."""
    severity: Severity | None = None

    @model_validator(mode="after")
    def _whole(self) -> CaseMix:
        if len(set(self.covariates)) < len(self.covariates):
            raise ValueError("a covariate stands twice")
        if ("severity" in self.covariates) != (self.severity is not None):
            raise ValueError("severity is a covariate exactly when 'severity' says how it is measured")
        return self


class ImportantChange(Settings):
    """The smallest change that matters to patients, and who says so."""

    value: Annotated[float, Field(gt=0)]
    source: Words
    time_point: str = "baseline"
    """Where the change is counted from."""


class Qaly(Settings):
    """Quality-adjusted life years: the time points between which the index is joined by straight lines."""

    time_points: Annotated[tuple[str, ...], Field(min_length=2)]


def faults(
    measure: Measure, located: Located, codes: Codes, sets: Mapping[str, str], *at: Any
) -> Iterator[Problem]:
    """Every fault of what `measure` declares besides itself that its own values cannot tell."""
    kind = measure.source.kind
    for key, needs in _NEEDS.items():
        if getattr(measure, key) is not None and kind not in needs:
            yield Problem(
                f"'{key}' cannot be declared for '{measure.measure}', which is of kind {kind}",
                located.where(*at, key),
                do=f"It is for measures of kind {' or '.join(needs)}.",
            )
    yield from _codes(measure, located, codes, *at)
    other = measure.compare_value_set
    if other is not None and kind == "eq5d_mean":
        same = sets.get(measure.source.value_set)
        usable = [n for n, made_for in sets.items() if made_for == same and n != measure.source.value_set]
        if other not in usable:
            yield Problem(
                f"'{other}' cannot be set beside '{measure.source.value_set}'",
                located.where(*at, "compare_value_set"),
                "it must be another value set for the same instrument",
                nearest(other, usable) if usable else "Leave out compare_value_set.",
            )


_NEEDS = {
    "case_mix": ("outcome_share", "alive_share"),
    "important_change": ("eq5d_mean", "outcome_mean"),
    "qaly": ("eq5d_mean",),
    "compare_value_set": ("eq5d_mean",),
}


def _codes(measure: Measure, located: Located, codes: Codes, *at: Any) -> Iterator[Problem]:
    points, instruments = [], []
    if measure.case_mix is not None and measure.case_mix.severity is not None:
        points.append((measure.case_mix.severity.time_point, ("case_mix", "severity", "time_point")))
        instruments.append((measure.case_mix.severity.instrument, ("case_mix", "severity", "instrument")))
    if measure.important_change is not None:
        points.append((measure.important_change.time_point, ("important_change", "time_point")))
    for i, point in enumerate(measure.qaly.time_points if measure.qaly is not None else ()):
        points.append((point, ("qaly", "time_points", i)))
    for values, name, what in (
        (points, "outcomes.time_point", "time point"),
        (instruments, "outcomes.instrument", "instrument"),
    ):
        for value, path in values:
            yield from unknown(value, codes, name, what, located.where(*at, *path))
