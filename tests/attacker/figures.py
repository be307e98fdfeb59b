"""Every figure about counted people that the tables hold, in one form, whatever table it stands in.

The same reading serves the public tables (what the attacker sees) and the internal ones (what is true).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

Tables = Mapping[str, pd.DataFrame]
Months = tuple[int, int]
"""First and last month, counted from the year 0."""

_NAMES = tuple(calendar.month_name)[1:]
_MONTH = "|".join(_NAMES)


def window(words: str) -> Months | None:
    """Months that words such as 'July to September 2026' name; None for other words.

    >>> window("November 2025 to October 2026")
    (24310, 24321)
    >>> window("July to September 2026")
    (24318, 24320)
    """
    found = re.fullmatch(rf"({_MONTH})(?: (\d{{4}}))?(?: to ({_MONTH}) (\d{{4}}))?", str(words))
    if not found or not (found[2] or found[4]):
        return None
    last_name, last_year = (found[3], int(found[4])) if found[4] else (found[1], int(found[2]))
    first_year = int(found[2]) if found[2] else last_year
    return first_year * 12 + _NAMES.index(found[1]), last_year * 12 + _NAMES.index(last_name)


@dataclass(frozen=True)
class Figure:
    """People of a service: how many, and how many of them with an outcome. NaN where it is not told.

    `people` says who is counted: a measure, or ``pathways``. `group` is a part of them, such as
    ``("fifth", 1)``, or nothing.
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


def _number(value: object) -> float:
    return float("nan") if value is None or pd.isna(value) else float(value)


def figures(tables: Tables, outcome_of: Mapping[str, str] | None = None) -> Iterator[Figure]:
    """All figures of people in the tables.

    Parameters
    ----------
    outcome_of
        The measure behind each service's value: its tables are then of the same people.
    """
    share = {(row.service, row.measure): row.statistic == "share" for row in tables["measure"].itertuples()}
    for table, row, months, fields, group in _of_measures(tables):
        n, value, eligible, numerator = (_number(x) for x in fields)
        is_share = share.get((row.service, row.measure), False)
        events = (
            numerator
            if numerator == numerator
            else round(value * n / 100)
            if is_share and value == value and n == n
            else float("nan")
        )
        yield Figure(table, _key(row, table, months, group), row.service, row.measure, months, n,
                     events if is_share else float("nan"), eligible, is_share, group)  # fmt: skip
    for table, row, months, n, value, group in _of_value(tables):
        measure = (outcome_of or {}).get(row.service, "value")
        n, value = _number(n), _number(value)
        events = round(value * n / 100) if value == value and n == n else float("nan")
        yield Figure(table, _key(row, table, months, group), row.service, measure, months, n, events,
                     float("nan"), True, group)  # fmt: skip
    yield from _of_pathways(tables)


def _key(row, table: str, months: Months, group) -> str:
    parts = [row.service, getattr(row, "measure", ""), str(months), *map(str, group or ())]
    return " ".join(part for part in parts if part)


def _of_measures(tables: Tables):
    """Table, row, months, (n, value, eligible, numerator) and group of each figure of a measure."""
    none = float("nan")
    for row in tables["series"].itertuples():
        if months := window(row.period):
            yield "series", row, months, (row.n, row.value, row.eligible, row.numerator), None
    for row in tables["headline"].itertuples():
        if months := window(row.year_words):
            yield "headline", row, months, (row.year_n, row.year_value, row.year_eligible, none), None
        if months := window(row.before_words):
            yield "headline before", row, months, (row.before_n, row.before_value, none, none), None
    for row in tables["followup"].itertuples():
        if months := window(row.words):
            yield "followup", row, months, (row.complete, none, row.eligible, none), None
    for table, group in (("inequality", "fifth"), ("funnel", "site")):
        for row in tables[table].itertuples():
            if months := window(row.words):
                fields = (row.n, row.value, none, none)
                yield table, row, months, fields, (group, getattr(row, group))
    for row in tables["change"].itertuples():
        for side in ("before", "after"):
            if (months := window(getattr(row, f"{side}_words"))) and row.measure:
                fields = (getattr(row, f"{side}_n"), getattr(row, f"{side}_value"), none, none)
                yield f"change {side}", row, months, fields, None
    for row in tables["case_mix_period"].itertuples():
        if row.kind == "year" and (months := window(row.words)):
            yield "case_mix_period", row, months, (row.n, none, row.eligible, none), None
    for row in tables["important_change"].itertuples():
        if months := window(row.words):
            yield "important_change", row, months, (row.n, none, row.eligible, none), None


def _of_value(tables: Tables):
    for row in tables["value"].itertuples():
        if months := window(row.words):
            yield "value", row, months, row.n, row.outcome, None
    fifth = {"most": 1, "least": 5}
    for row in tables["option"].itertuples():
        if row.comparison == "year" and (months := window(row.option_words)):
            yield "option", row, months, row.n, row.outcome, None
        if row.comparison == "deprivation":
            words = tables["increment"].query("service == @row.service and comparison == 'deprivation'")
            months = window(words["words"].iloc[0]) if len(words) else None
            if months and row.option in fifth:
                yield "option", row, months, row.n, row.outcome, ("fifth", fifth[row.option])


def _of_pathways(tables: Tables) -> Iterator[Figure]:
    """Pathways that began, whatever became of them: the tables of money, need and flow."""
    for table, group in (
        ("cost_summary", None), ("allocation", None), ("price_cost", None), ("cost_kind", None),
        ("need", "fifth"), ("segment", "segment"), ("cost_spread", "from_gbp"),
    ):  # fmt: skip
        for row in tables[table].itertuples():
            if months := window(row.words):
                part = (group, getattr(row, group)) if group else None
                n = _number(row.pathways if table == "cost_spread" else row.n)
                yield Figure(
                    table, _key(row, table, months, part), row.service, "pathways", months, n, group=part
                )
    for row in tables["flow_stage"].itertuples():
        if months := window(row.words):
            for word, table, events in (
                ("reach", "flow_stage", row.pathways), ("back", "flow_stage back", row.back),
            ):  # fmt: skip
                key, people = f"{row.service} {months} stage {row.stage}", f"{word} {row.stage}"
                n, events = _number(row.n), _number(events)
                yield Figure(table, key, row.service, people, months, n, events, is_share=True)
