"""What a service definition says of value: prices of an outcome, options set side by side, a composite
outcome.

The models stand here, the rest of a definition in ``definitions.py``. What refers to other parts of a
definition is checked by :func:`faults`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from valuekit.config import Located, Settings, Words, nearest
from valuekit.errors import Problem
from valuekit.measures.definition.codes import Codes, unknown

if TYPE_CHECKING:
    from valuekit.measures.definition.definitions import Service

_Pounds = Annotated[float, Field(ge=0)]

MOST_PRICES = 60
"""Prices in a range: more than a page can say."""

SCALED = ("outcome_share", "alive_share", "eq5d_mean", "days_at_home_mean")
"""Kinds of measure with a scale from nothing to the best there is, so that they can be parts of a
composite."""


class Prices(Settings):
    """What one more good outcome may be thought worth, in pounds: a list, or a range with a step."""

    says: Words
    values: tuple[_Pounds, ...] = ()
    from_: _Pounds | None = Field(default=None, alias="from")
    to: _Pounds | None = None
    step: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _a_list_or_a_range(self) -> Self:
        ends = (self.from_, self.to, self.step)
        if bool(self.values) == any(end is not None for end in ends):
            raise ValueError("give either values, or from, to and step")
        if not self.values and (None in ends or self.to <= self.from_):
            raise ValueError("a range needs from, to and step, with to above from")
        if len(self.pounds) > MOST_PRICES:
            raise ValueError(f"more than {MOST_PRICES} prices; take a longer step")
        return self

    @property
    def pounds(self) -> tuple[float, ...]:
        """Every price, rising."""
        if self.values:
            return tuple(sorted(set(self.values)))
        count = int(np.floor((self.to - self.from_) / self.step + 1e-9))
        return tuple(self.from_ + i * self.step for i in range(count + 1))


class Option(Settings):
    """A way of care: pathways with an activity in `stage` (and one of `departments`); without, all others."""

    option: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Words
    stage: str | None = None
    departments: tuple[str, ...] = ()


class Composite(Settings):
    """One outcome made of several topics' measures, with the patients' own ratings as weights."""

    name: Words
    of: Annotated[tuple[str, ...], Field(min_length=2)]


class Threshold(Settings):
    """A score at a time point against which the cost of a pathway is looked at for a tipping point."""

    instrument: str
    time_point: str
    says: Words


def _two_or_none(options: tuple[Option, ...]) -> tuple[Option, ...]:
    if len(options) == 1:
        raise ValueError("one option alone cannot be compared; declare two or more")
    names = [option.option for option in options]
    if len(set(names)) < len(names):
        raise ValueError("two options have one name")
    if sum(option.stage is None for option in options) > 1:
        raise ValueError("only one option can be all the others: give each other one its stage")
    return options


def _with_values(prices: object) -> object:
    if isinstance(prices, (list, tuple)):
        return {"values": prices, "says": "one more good outcome"}
    return dict(prices) if isinstance(prices, Mapping) else prices


PricesInFile = Annotated[Prices, BeforeValidator(_with_values)]
Options = Annotated[tuple[Option, ...], AfterValidator(_two_or_none)]


def faults(service: Service, located: Located, codes: Codes) -> Iterator[Problem]:
    """Stages, topics, measures and codes that the declarations of value name and that are not there."""
    stages = [stage.stage for stage in service.pathway.stages]
    for i, option in enumerate(service.value.options):
        if option.stage is not None and option.stage not in stages:
            where = located.where("value", "options", i, "stage")
            yield Problem(f"no stage is called '{option.stage}'", where, do=nearest(option.stage, stages))
        for j, code in enumerate(option.departments):
            where = located.where("value", "options", i, "departments", j)
            yield from unknown(code, codes, "departments", "department", where)
    for i, score in enumerate(service.value.tipping):
        for key, name, what in (
            ("instrument", "outcomes.instrument", "instrument"),
            ("time_point", "outcomes.time_point", "time point"),
        ):
            where = located.where("value", "tipping", i, key)
            yield from unknown(getattr(score, key), codes, name, what, where)
    if service.composite is not None:
        yield from _composite(service, service.composite, located)


def _composite(service: Service, composite: Composite, located: Located) -> Iterator[Problem]:
    topics: dict[str, Any] = {topic.topic: topic for topic in service.what_matters}
    measures = {measure.measure: measure for measure in service.measures}
    for i, name in enumerate(composite.of):
        where = located.where("composite", "of", i)
        if name in composite.of[:i]:
            yield Problem(f"the topic '{name}' stands twice", where, do="Keep one.")
        elif name not in topics:
            yield Problem(f"no topic is called '{name}'", where, do=nearest(name, list(topics)))
        elif topics[name].measure is None:
            yield Problem(f"no measure answers to '{name}'", where, do="Name topics with a measure.")
        elif (measure := measures.get(topics[name].measure)) and measure.source.kind not in SCALED:
            yield Problem(
                f"'{measure.measure}' has no scale from nothing to the best there is",
                where,
                do="Name topics whose measure is a share, an EQ-5D index or days at home.",
            )
