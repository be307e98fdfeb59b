"""How a measure's chart is worked out: phases, frozen baseline, targets by date, screening, kind of chart.

A service definition states it beside the measure. :func:`chart_setting` writes it into the mart, so that
every chart says by what it was made; :class:`ChartSettings` reads it back for the calculation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self

import pandas as pd
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from valuekit.config import Settings, Words

if TYPE_CHECKING:
    from valuekit.measures.definition.definitions import ServiceDefinition

ChartKind = Literal["xmr", "p_prime", "u_prime", "g", "t"]
"""XmR; p′ for shares of many people, whose number varies; u′ for rates; g and t for events that are rare."""

RARE = ("g", "t")
"""Kinds that count the cases or the days between two events."""


class Target(Settings):
    """A target in the measure's unit, who set it, and from when it holds."""

    value: float
    source: Words
    from_: date | None = Field(default=None, alias="from")


class Rebase(Settings):
    """Limits are worked out anew from this day, for this reason."""

    date: date
    reason: Words


class Baseline(Settings):
    """Limits are worked out from the points that begin within these days, and hold for all after them."""

    from_: date = Field(alias="from")
    to: date

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.to <= self.from_:
            raise ValueError("the baseline ends before it begins")
        return self


def _as_list(value: object) -> object:
    if value is None:
        return ()
    return (value,) if isinstance(value, (Mapping, Target)) else value


def _by_date(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    if any(target.from_ is None for target in targets[1:]):
        raise ValueError("each target after the first must say from when it holds")
    days = [target.from_ for target in targets if target.from_ is not None]
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError("the targets must stand in the order of their dates")
    return targets


def _in_order(rebases: tuple[Rebase, ...]) -> tuple[Rebase, ...]:
    if any(later.date <= earlier.date for earlier, later in pairwise(rebases)):
        raise ValueError("the dates must stand in their order, each once")
    return rebases


def _day(moment: pd.Timestamp) -> date | None:
    return moment.date() if pd.notna(moment) else None


Targets = Annotated[tuple[Target, ...], BeforeValidator(_as_list), AfterValidator(_by_date)]
"""One target, or several that follow each other in time."""

Rebases = Annotated[tuple[Rebase, ...], AfterValidator(_in_order)]
"""Phases of a chart, in the order of time."""


@dataclass(frozen=True)
class ChartSettings:
    """What one chart is made by.

    Attributes
    ----------
    targets
        From when (None: always) and what, in the order of time.
    baseline
        First and last day; None for none.
    """

    kind: str = "xmr"
    screen: bool = False
    rebase: tuple[date, ...] = ()
    baseline: tuple[date, date] | None = None
    targets: tuple[tuple[date | None, float], ...] = ()

    @classmethod
    def of(cls, table: pd.DataFrame | None, service: str, measure: str) -> ChartSettings:
        """The settings of one measure, from the mart's table ``chart_setting``."""
        return cls.each(table).get((service, measure), cls())

    @classmethod
    def each(cls, table: pd.DataFrame | None) -> dict[tuple[str, str], ChartSettings]:
        """The settings of every measure that has any, by service and measure: read once for all of them."""
        if table is None or table.empty:
            return {}
        rows: dict[tuple[str, str], dict[str, list]] = {}
        for row in table.itertuples(index=False):
            own = rows.setdefault((row.service, row.measure), {})
            own.setdefault(row.setting, []).append((_day(row.first), _day(row.last), row.value, row.words))
        return {measure: cls._from(own) for measure, own in rows.items()}

    @classmethod
    def _from(cls, rows: Mapping[str, list[tuple]]) -> ChartSettings:
        base = rows.get("baseline")
        return cls(
            kind=rows["chart"][0][3] if "chart" in rows else "xmr",
            screen="screen" in rows,
            rebase=tuple(first for first, *_ in rows.get("rebase", ())),
            baseline=base[0][:2] if base else None,
            targets=tuple((first, value) for first, _, value, _ in rows.get("target", ())),
        )

    def target_on(self, days: Sequence[pd.Timestamp], otherwise: float) -> list[float]:
        """The target in force on each of `days`: NaN before the first; `otherwise` where none is dated."""
        if not self.targets:
            return [otherwise] * len(days)
        found = []
        for day in days:
            held = [value for start, value in self.targets if start is None or pd.Timestamp(start) <= day]
            found.append(held[-1] if held else float("nan"))
        return found


def chart_setting(services: Sequence[ServiceDefinition]) -> pd.DataFrame:
    """The mart's table ``chart_setting``: what each definition says beside a measure of its chart."""
    rows = []
    for service in services:
        for m in (*service.measures, *service.rates):
            found = [("chart", None, None, None, m.chart)] if m.chart != "xmr" else []
            found += [("screen", None, None, None, "moving ranges are screened")] if m.screen else []
            found += [("rebase", r.date, None, None, r.reason) for r in m.rebase]
            if m.baseline is not None:
                found.append(("baseline", m.baseline.from_, m.baseline.to, None, "limits are frozen"))
            if len(m.target) > 1 or any(t.from_ is not None for t in m.target):
                found += [("target", t.from_, None, t.value, t.source) for t in m.target]
            rows += [
                {"service": service.service, "measure": m.measure, "position": i, "setting": setting,
                 "first": first, "last": last, "value": value, "words": words}
                for i, (setting, first, last, value, words) in enumerate(found, 1)
            ]  # fmt: skip
    columns = ["service", "measure", "position", "setting", "first", "last", "value", "words"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"first": "datetime64[s]", "last": "datetime64[s]", "value": "float64", "position": "Int64"}
    )
