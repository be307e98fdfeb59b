"""Every figure about counted people that the tables hold, in one form, whatever table it stands in.

The same reading serves the public tables (what an attacker sees) and the internal ones (what is true).
"""

from __future__ import annotations

import calendar
import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pandas as pd

Tables = Mapping[str, pd.DataFrame]
Months = tuple[int, int]
"""First and last month, counted from the year 0."""

PATHWAYS = "pathways"
EVER: Months = (0, 0)
"""The window of counts that are of no months: who was asked, the rows of a file."""

_NAMES = tuple(calendar.month_name)[1:]
_MONTH = "|".join(_NAMES)
_WINDOW = re.compile(rf"({_MONTH})(?: (\d{{4}}))?(?: to ({_MONTH}) (\d{{4}}))?")


@cache
def window(words: str) -> Months | None:
    """Months that words such as 'July to September 2026' name; None for other words.

    >>> window("November 2025 to October 2026")
    (24310, 24321)
    >>> window("July to September 2026")
    (24318, 24320)
    """
    found = _WINDOW.fullmatch(str(words))
    if not found or not (found[2] or found[4]):
        return None
    last_name, last_year = (found[3], int(found[4])) if found[4] else (found[1], int(found[2]))
    first_year = int(found[2]) if found[2] else last_year
    return first_year * 12 + _NAMES.index(found[1]), last_year * 12 + _NAMES.index(last_name)


@dataclass(frozen=True)
class Figure:
    """People of a service: how many, and how many of them with an outcome. NaN where it is not told.

    Attributes
    ----------
    people
        Who is counted: a measure, ``pathways``, or words.
    group
        A part of them, such as ``("fifth", 1)``, or nothing.
    whole
        Others who are the very same people: of those who reach a stage or not, all are pathways.
    within
        Others of whom those with the outcome are a part: who takes a step has reached its stages.
    """

    table: str
    row: str
    service: str
    people: str
    months: Months
    n: float
    events: float = float("nan")
    eligible: float = float("nan")
    is_share: bool = False
    group: tuple[str, object] | None = None
    whole: tuple[str, ...] = ()
    within: tuple[str, ...] = ()

    @property
    def who(self) -> tuple[str, str]:
        """The service, and who of it is counted."""
        return self.service, self.people


Row = Any
"""A row of a table, as a named tuple."""

_NONE = float("nan")
_FIFTH = {"most": 1, "least": 5}


def figures(tables: Tables, outcome_of: Mapping[str, str] | None = None) -> Iterator[Figure]:
    """All figures of people in the tables.

    Parameters
    ----------
    outcome_of
        The measure behind each service's value: its tables are then of the same people.
    """
    about = _About(tables, outcome_of or {})
    for table, read in READERS.items():
        for row in _rows(tables[table]):
            yield from read(row, about)


def _rows(table: pd.DataFrame) -> Iterator[Row]:
    """The rows of `table`, column by column turned at once: ``itertuples`` asks text for each cell."""
    kind = namedtuple("Row", table.columns)
    return map(kind._make, zip(*(table[name].tolist() for name in table), strict=True))


@dataclass(frozen=True)
class _About:
    """What a reader needs of other tables."""

    tables: Tables
    outcome_of: Mapping[str, str]

    def __post_init__(self):
        measures = self.tables["measure"]
        names = zip(measures["service"], measures["measure"], strict=True)
        shares = dict(zip(names, measures["statistic"] == "share", strict=True))
        object.__setattr__(self, "shares", shares)

    @cached_property
    def deprivation(self) -> dict[str, str]:
        """By service: the months in which its most and least deprived fifths are compared."""
        increments = self.tables["increment"]
        own = increments[increments["comparison"] == "deprivation"].drop_duplicates("service")
        return dict(zip(own["service"], own["words"], strict=True))

    def is_share(self, row: Row) -> bool:
        return bool(self.shares.get((row.service, row.measure), False))

    def outcome(self, service: str) -> str:
        return self.outcome_of.get(service, "value")


Reader = Callable[[Row, _About], Iterator[Figure]]
"""Reads the figures of one row."""


def _number(value: object) -> float:
    return _NONE if value is None or pd.isna(value) else float(value)


def _events(value: object, n: object) -> float:
    value, n = _number(value), _number(n)
    return round(value * n / 100) if value == value and n == n else _NONE


def _key(*parts: object) -> str:
    """The parts in words; empty ones, which a CSV gives back as missing, are left out."""
    return " ".join(str(part) for part in parts if part and not pd.isna(part))


def _of_measure(
    table: str, row: Row, about: _About, words: str, n: object, value: object = None, eligible: object = None,
    numerator: object = None, group: tuple[str, object] | None = None, measure: str = "",
) -> Iterator[Figure]:  # fmt: skip
    """A figure of a measure in the months that `words` name."""
    if not (months := window(words)):
        return
    measure, is_share = measure or row.measure, bool(measure) or about.is_share(row)
    events = _number(numerator)
    events = events if events == events else _events(value, n)
    yield Figure(table, _key(row.service, measure, months, *(group or ())), row.service, measure, months,
                 _number(n), events if is_share else _NONE, _number(eligible), is_share, group)  # fmt: skip


def _series(row: Row, about: _About) -> Iterator[Figure]:
    return _of_measure("series", row, about, row.period, row.n, row.value, row.eligible, row.numerator)


def _headline(row: Row, about: _About) -> Iterator[Figure]:
    yield from _of_measure(
        "headline", row, about, row.year_words, row.year_n, row.year_value, row.year_eligible
    )
    yield from _of_measure("headline before", row, about, row.before_words, row.before_n, row.before_value)


def _followup(row: Row, about: _About) -> Iterator[Figure]:
    return _of_measure("followup", row, about, row.words, row.complete, None, row.eligible)


def _by(table: str, group: str) -> Reader:
    def read(row: Row, about: _About) -> Iterator[Figure]:
        return _of_measure(table, row, about, row.words, row.n, row.value, group=(group, getattr(row, group)))

    return read


def _change(row: Row, about: _About) -> Iterator[Figure]:
    for side in ("before", "after") if row.measure else ():
        words, n, value = (getattr(row, f"{side}_{name}") for name in ("words", "n", "value"))
        yield from _of_measure(f"change {side}", row, about, words, n, value)


def _case_mix_period(row: Row, about: _About) -> Iterator[Figure]:
    if row.kind == "year":
        yield from _of_measure(
            "case_mix_period", row, about, row.words, row.n, None, row.eligible, row.observed
        )


def _case_mix_model(row: Row, about: _About) -> Iterator[Figure]:
    yield from _of_measure("case_mix_model", row, about, row.words, row.n, None, None, row.events)
    yield from _of_measure(
        "case_mix_model later", row, about, row.later_words, row.later_n, None, None, row.later_events
    )
    if months := window(row.words):
        people = f"{row.measure}: characteristics not known"
        yield Figure("case_mix_model not known", _key(row.service, row.measure), row.service, people, months,
                     _number(row.not_known))  # fmt: skip


def _sensitivity(row: Row, about: _About) -> Iterator[Figure]:
    other = "" if row.figure == "measure" else f"{row.measure} {row.figure}"
    return _of_measure("sensitivity", row, about, row.words, row.n, None, row.eligible, measure=other)


def _important_change(row: Row, about: _About) -> Iterator[Figure]:
    """Who became better, and who worse, of the same people."""
    if not (months := window(row.words)):
        return
    same, key = f"{row.measure} at both times", _key(row.service, row.measure, months)
    for side, events in (("improved", row.improved), ("worse", row.worse)):
        people = f"{row.measure} {side}"
        yield Figure(f"important_change {side}", key, row.service, people, months, _number(row.n),
                     _number(events), is_share=True, whole=(same,))  # fmt: skip
    yield from _of_measure("important_change", row, about, row.words, None, None, row.eligible)


def _value_set(row: Row, about: _About) -> Iterator[Figure]:
    if months := window(row.words):
        people = f"{row.measure} version {row.position}"
        yield Figure("value_set", _key(row.service, people), row.service, people, months, _number(row.n),
                     eligible=_number(row.eligible))  # fmt: skip


def _two_value_sets(row: Row, about: _About) -> Iterator[Figure]:
    return _of_measure("two_value_sets", row, about, row.words, row.n)


def _value(row: Row, about: _About) -> Iterator[Figure]:
    return _of_measure("value", row, about, row.words, row.n, row.outcome, measure=about.outcome(row.service))


def _option(row: Row, about: _About) -> Iterator[Figure]:
    words, group = row.option_words, None
    if row.comparison == "deprivation" and row.option in _FIFTH:
        words, group = about.deprivation.get(row.service, ""), ("fifth", _FIFTH[row.option])
    elif row.comparison != "year":
        return iter(())
    measure = about.outcome(row.service)
    return _of_measure("option", row, about, words, row.n, row.outcome, group=group, measure=measure)


def _of_pathways(table: str, group: str = "", count: str = "n", words: str = "words") -> Reader:
    def read(row: Row, about: _About) -> Iterator[Figure]:
        if months := window(getattr(row, words)):
            part = (group, getattr(row, group)) if group else None
            key = _key(row.service, months, *(part or ()))
            yield Figure(table, key, row.service, PATHWAYS, months, _number(getattr(row, count)), group=part)

    return read


def _cost_driver(row: Row, about: _About) -> Iterator[Figure]:
    if row.basis == "unit":
        yield from _of_pathways("cost_driver")(row, about)
        yield from _of_pathways("cost_driver before", "", "before_n", "before_words")(row, about)


def _flow_stage(row: Row, about: _About) -> Iterator[Figure]:
    if months := window(row.words):
        key = f"{row.service} {months} stage {row.stage}"
        for word, events in (("reach", row.pathways), ("back to", row.back)):
            within = (f"reach {row.stage}",) if word == "back to" else ()
            yield Figure(f"flow_stage {word}", key, row.service, f"{word} {row.stage}", months,
                         _number(row.n), _number(events), is_share=True, whole=(PATHWAYS,),
                         within=within)  # fmt: skip


def _flow_step(row: Row, about: _About) -> Iterator[Figure]:
    """Who takes a step has reached the stages at its ends; who goes back by it has taken it."""
    if months := window(row.words):
        step = f"{row.from_stage} to {row.to_stage}"
        ends = (f"reach {row.from_stage}", f"reach {row.to_stage}")
        for word, events, within in (
            ("take", row.pathways, ends),
            ("go back by", row.back, (f"take {step}",)),
        ):
            yield Figure(f"flow_step {word}", f"{row.service} {months} {step}", row.service, f"{word} {step}",
                         months, _number(row.n), _number(events), is_share=True, whole=(PATHWAYS,),
                         within=within)  # fmt: skip


def _flow_figure(row: Row, about: _About) -> Iterator[Figure]:
    if months := window(row.words):
        is_share = row.statistic == "share"
        events = _events(row.value, row.n) if is_share else _NONE
        people = f"flow: {row.figure}"
        yield Figure("flow_figure", _key(row.service, months, row.figure), row.service, people, months,
                     _number(row.n), events, is_share=is_share)  # fmt: skip


def _importance(row: Row, about: _About) -> Iterator[Figure]:
    people = f"rated {row.topic} as {row.group}"
    yield Figure("importance", _key(row.service, people), row.service, people, EVER, _number(row.n))


def _importance_gap(row: Row, about: _About) -> Iterator[Figure]:
    people = f"rated {row.topic} as {row.group}"
    yield Figure("importance_gap", _key(row.service, people), row.service, people, EVER, _number(row.n))


def _asked(row: Row, about: _About) -> Iterator[Figure]:
    people = f"asked as {row.group} by {row.method}"
    yield Figure("asked", _key(row.service, people), row.service, people, EVER, _number(row.people))


def _quality_file(row: Row, about: _About) -> Iterator[Figure]:
    """Rows of a file are accepted or set aside; those that came late are some of all."""
    key, name = _key(row.extract, row.file), f"extract {row.extract}"
    yield Figure("quality_file", key, name, f"rows of {row.file}", EVER, _number(row.rows),
                 _number(row.quarantined), is_share=True)  # fmt: skip
    yield Figure("quality_file late", key, name, f"late rows of {row.file}", EVER, _number(row.late))


def _quality_rule(row: Row, about: _About) -> Iterator[Figure]:
    people = _key("rows against", row.column, row.rule)
    yield Figure(
        "quality_rule", _key(row.extract, people), f"extract {row.extract}", people, EVER, _number(row.rows)
    )


def _composite(row: Row, about: _About) -> Iterator[Figure]:
    if months := window(row.words):
        key = _key(row.service, months)
        yield Figure("composite", key, row.service, "composite outcome", months, _number(row.n))
        yield Figure("composite raters", key, row.service, "raters", EVER, _number(row.raters))


def _composite_part(row: Row, about: _About) -> Iterator[Figure]:
    key = _key(row.service, row.topic)
    yield Figure("composite_part", key, row.service, f"composite: {row.topic}", EVER, _number(row.n))
    yield Figure(
        "composite_part raters", key, row.service, f"raters of {row.topic}", EVER, _number(row.raters)
    )


def _chosen(table: str) -> Reader:
    def read(row: Row, about: _About) -> Iterator[Figure]:
        people = f"chose {row.measure}"
        yield Figure(table, _key(row.service, people), row.service, people, EVER, _number(row.chosen_people))

    return read


def _service(row: Row, about: _About) -> Iterator[Figure]:
    yield Figure("service", row.service, row.service, "all pathways", EVER, _number(row.pathways))


READERS: dict[str, Reader] = {
    "service": _service,
    "measure": _chosen("measure"),
    "rate": _chosen("rate"),
    "series": _series,
    "headline": _headline,
    "followup": _followup,
    "inequality": _by("inequality", "fifth"),
    "funnel": _by("funnel", "site"),
    "change": _change,
    "case_mix_model": _case_mix_model,
    "case_mix_period": _case_mix_period,
    "sensitivity": _sensitivity,
    "important_change": _important_change,
    "value_set": _value_set,
    "two_value_sets": _two_value_sets,
    "value": _value,
    "option": _option,
    "composite": _composite,
    "composite_part": _composite_part,
    "importance": _importance,
    "importance_gap": _importance_gap,
    "asked": _asked,
    "cost_summary": _of_pathways("cost_summary"),
    "allocation": _of_pathways("allocation"),
    "price_cost": _of_pathways("price_cost"),
    "cost_kind": _of_pathways("cost_kind"),
    "cost_driver": _cost_driver,
    "need": _of_pathways("need", "fifth"),
    "segment": _of_pathways("segment", "segment"),
    "cost_spread": _of_pathways("cost_spread", "from_gbp", "pathways"),
    "flow_stage": _flow_stage,
    "flow_step": _flow_step,
    "flow_figure": _flow_figure,
    "quality_file": _quality_file,
    "quality_rule": _quality_rule,
}
"""By table: how its rows are read. What it says of people is attacked; other tables are told to hold none."""
