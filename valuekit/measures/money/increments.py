"""Options of a service side by side: what one costs and achieves more than another, for the mart.

Three comparisons: the newest 12 months with the 12 before; the most with the least deprived fifth; and ways
of care that the definition declares. The statistics stand in :mod:`valuekit.measures.money.economics`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span, due_spans, newest_due
from valuekit.measures.money import economics
from valuekit.measures.money.marginal import marginal
from valuekit.measures.money.prices import SteadyPrices
from valuekit.measures.money.value import FEWEST_PEOPLE, outcome_and_cost
from valuekit.measures.statistics import intervals

if TYPE_CHECKING:
    from valuekit.measures.definition.definitions import ServiceDefinition
    from valuekit.measures.definition.value_settings import Option

SHARE_SCALE = 100
FIFTHS_MONTHS = 24
"""Months over which fifths of deprivation are compared, as in the table ``inequality``."""

NOBODY_CHOOSES = ("deprivation",)
"""Comparisons of people, not of options: no price of an outcome decides between them, so neither ratio nor
acceptability curve is worked out."""

NOT_A_CHOICE, TOO_FEW = "not_a_choice", "too few"

MARGIN = ("marginal", "marginal_lower", "marginal_upper", "marginal_kind")
INCREMENT = (
    "service", "comparison", "option", "against", "option_words", "against_words", "words", "n", "against_n",
    "completeness", "against_completeness", "cost", "against_cost", "outcome", "against_outcome",
    "cost_difference", "cost_lower", "cost_upper", "outcome_difference", "outcome_lower", "outcome_upper",
    "cost_se", "outcome_se", "correlation", *economics.QUADRANTS, "draws",
    "ratio", "ratio_lower", "ratio_upper", "ratio_kind", *MARGIN, "prices", "shown", "reason",
)  # fmt: skip
OPTION = (
    "service", "comparison", "option", "position", "option_words", "n", "completeness", "outcome", "cost",
    "outcome_se", "cost_se", "correlation", "status", "against_words", "ratio", "ratio_lower", "ratio_upper",
    "ratio_kind", "shown", "reason",
)  # fmt: skip
ACCEPTABILITY = (
    "service", "comparison", "price", "price_says", "option", "option_words", "probability", "benefit",
    "gain", "gain_lower", "gain_upper", "best",
)  # fmt: skip
"""Columns of the mart's tables ``increment``, ``option`` and ``acceptability``."""


@dataclass(frozen=True)
class Group:
    """One option of a comparison and the pathways on it whose outcome and cost are known."""

    option: str
    words: str
    good: np.ndarray
    pounds: np.ndarray
    eligible: int
    """Pathways whose outcome could be known: what `n` is out of."""

    @property
    def n(self) -> int:
        """Pathways."""
        return self.good.size

    @property
    def completeness(self) -> float:
        """Share of the eligible pathways whose outcome and cost are known, 0 to 1; NaN of none."""
        return self.n / self.eligible if self.eligible else np.nan


@dataclass(frozen=True)
class Comparison:
    """Options to set side by side; the first is what the others are held against."""

    service: str
    comparison: str
    words: str
    groups: tuple[Group, ...]

    @property
    def shown(self) -> bool:
        """Whether each option has people enough."""
        return len(self.groups) > 1 and all(group.n >= FEWEST_PEOPLE for group in self.groups)

    @property
    def is_choice(self) -> bool:
        """Whether anybody could choose between the options."""
        return self.comparison not in NOBODY_CHOOSES


def tables(
    result: pd.DataFrame,
    services: Sequence[ServiceDefinition],
    activity: pd.DataFrame,
    months: Span,
    steady: SteadyPrices | None = None,
) -> dict[str, pd.DataFrame]:
    """The mart's tables ``increment``, ``option`` and ``acceptability``.

    Parameters
    ----------
    result
        Results of all measures: see :func:`valuekit.measures.results.results`.
    activity
        Activity on pathways, for the options that a definition declares.
    steady
        Cost in the prices of one year; without it, cost is as it was paid.
    """
    prices = "" if steady is None else steady.deflators.base
    increment, option, curve = [], [], []
    for service in services:
        for comparison in comparisons(result, service, activity, months, steady):
            drawn = _drawn(comparison) if comparison.shown else None
            option += _options(comparison, drawn)
            increment += [row | {"prices": prices} for row in _increments(comparison, drawn)]
            if drawn is not None and comparison.is_choice and service.value.prices is not None:
                curve += _curve(comparison, drawn, service.value.prices)
    return {
        "increment": pd.DataFrame(increment, columns=list(INCREMENT)),
        "option": pd.DataFrame(option, columns=list(OPTION)),
        "acceptability": pd.DataFrame(curve, columns=list(ACCEPTABILITY)),
    }


def comparisons(
    result: pd.DataFrame,
    service: ServiceDefinition,
    activity: pd.DataFrame,
    months: Span,
    steady: SteadyPrices | None = None,
) -> Iterator[Comparison]:
    """The comparisons of one service: years, fifths of deprivation, declared options."""
    both, days = outcome_and_cost(result, service)
    newest = newest_due(months.last, days)
    span = Span(newest.plus(1 - FIFTHS_MONTHS), FIFTHS_MONTHS)
    both = both[span.holds(both["began"])]
    if steady is not None:
        # A cost that is not known stays so: no price makes it known.
        both = both.assign(cost=np.where(both["cost"].notna(), steady.pounds(both["pathway"]), np.nan))
    years = due_spans("year", months, days)[-2:]
    if len(years) == 2:
        groups = tuple(
            _group(name, span.words, both[span.holds(both["began"])])
            for name, span in zip(("before", "now"), years, strict=True)
        )
        yield Comparison(service.service, "year", f"{years[0].first.words} to {years[1].last.words}", groups)
    fifths = ((5, "least", "the least deprived fifth"), (1, "most", "the most deprived fifth"))
    groups = tuple(
        _group(name, words, both[(both["fifth"] == fifth).fillna(False)]) for fifth, name, words in fifths
    )
    yield Comparison(service.service, "deprivation", span.words, groups)
    if service.value.options and years:
        held = both[years[-1].holds(both["began"])]
        chosen = held["pathway"].map(allot(service.value.options, activity, service.service))
        rest = next((o.option for o in service.value.options if o.stage is None), None)
        chosen = chosen.where(chosen.notna(), rest)
        groups = tuple(
            _group(o.option, o.name, held[(chosen == o.option).to_numpy(bool)]) for o in service.value.options
        )
        yield Comparison(service.service, "options", years[-1].words, groups)


def _group(option: str, words: str, rows: pd.DataFrame) -> Group:
    known = rows[rows["known"].astype(bool) & rows["cost"].notna()]
    figures = (known[c].to_numpy(float) for c in ("value", "cost"))
    return Group(option, words, *figures, int(rows["eligible"].sum()))


def allot(options: Sequence[Option], activity: pd.DataFrame, service: str) -> dict[str, str]:
    """Pathway → the first option one of whose activities it had; pathways with none are not in it."""
    own = activity[activity["service"] == service]
    found: dict[str, str] = {}
    for option in options:
        if option.stage is None:
            continue
        wanted = own["stage"] == option.stage
        if option.departments:
            wanted &= own["department"].isin(option.departments)
        for pathway in own.loc[wanted, "pathway"].unique():
            found.setdefault(pathway, option.option)
    return found


def _drawn(comparison: Comparison) -> economics.Draws:
    return economics.draw([(group.pounds, group.good) for group in comparison.groups])


def _options(comparison: Comparison, drawn: economics.Draws | None) -> Iterator[dict[str, object]]:
    """One row an option, with what dominance says where somebody can choose."""
    status = [""] * len(comparison.groups)
    along: dict[int, dict[str, object]] = {}
    if drawn is not None and comparison.is_choice:
        status = economics.dominance(drawn.cost, drawn.outcome)["status"].tolist()
        words = [group.words for group in comparison.groups]
        along = along_frontier(drawn.cost, drawn.outcome, status, words, lambda a, b: _spread(drawn, a, b))
    for position, group in enumerate(comparison.groups):
        yield {
            "service": comparison.service,
            "comparison": comparison.comparison,
            "option": group.option,
            "position": position + 1,
            "option_words": group.words,
            "n": group.n,
            "completeness": group.completeness,
            "outcome": SHARE_SCALE * group.good.mean() if group.n else np.nan,
            "cost": group.pounds.mean() if group.n else np.nan,
            **_spreads(drawn, position),
            "status": status[position],
            **along.get(position, NO_STEP),
            "shown": drawn is not None,
            "reason": "" if drawn is not None else TOO_FEW,
        }


NO_STEP = {
    "against_words": "",
    "ratio": np.nan,
    "ratio_lower": np.nan,
    "ratio_upper": np.nan,
    "ratio_kind": "",
}
"""Columns of an option with none before it on the frontier."""


def along_frontier(
    cost: Sequence[float],
    outcome: Sequence[float],
    status: Sequence[str],
    words: Sequence[str],
    spread: Callable[[int, int], tuple[float, float, float]],
) -> dict[int, dict[str, object]]:
    """For each option on the frontier but the first: its ratio against the one before, or why there is none.

    Parameters
    ----------
    cost, outcome
        One value an option: pounds, and a share from 0 to 1.
    status
        See :func:`valuekit.measures.money.economics.dominance`.
    spread
        From two options, by number, to the standard errors of the differences in cost and outcome between
        them, and how the two go together.
    """
    order = sorted((i for i, s in enumerate(status) if s == "frontier"), key=lambda i: outcome[i])
    return {
        now: {"against_words": words[before]}
        | stated_ratio(cost[now] - cost[before], outcome[now] - outcome[before], *spread(now, before), True)
        for before, now in pairwise(order)
    }


def _spread(drawn: economics.Draws, now: int, before: int) -> tuple[float, float, float]:
    return economics.spread(*(x[:, now] - x[:, before] for x in (drawn.drawn_cost, drawn.drawn_outcome)))


def _spreads(drawn: economics.Draws | None, at: int) -> dict[str, float]:
    if drawn is None:
        return dict.fromkeys(("cost_se", "outcome_se", "correlation"), np.nan)
    cost_se, outcome_se, together = economics.spread(drawn.drawn_cost[:, at], drawn.drawn_outcome[:, at])
    return {"cost_se": cost_se, "outcome_se": SHARE_SCALE * outcome_se, "correlation": together}


def _increments(comparison: Comparison, drawn: economics.Draws | None) -> Iterator[dict[str, object]]:
    """Each option against the first."""
    first = comparison.groups[0]
    for at, group in enumerate(comparison.groups[1:], start=1):
        row: dict[str, object] = dict.fromkeys(INCREMENT, np.nan) | {
            "service": comparison.service,
            "comparison": comparison.comparison,
            "option": group.option,
            "against": first.option,
            "option_words": group.words,
            "against_words": first.words,
            "words": comparison.words,
            "n": group.n,
            "against_n": first.n,
            "completeness": group.completeness,
            "against_completeness": first.completeness,
            "ratio_kind": "",
            "marginal_kind": "",
            "shown": drawn is not None,
            "reason": "" if drawn is not None else TOO_FEW,
        }
        yield row if drawn is None else row | _figures(group, first, drawn, at, comparison.is_choice)


def _figures(
    group: Group, first: Group, drawn: economics.Draws, at: int, is_choice: bool
) -> dict[str, object]:
    cost, outcome = drawn.cost[at] - drawn.cost[0], drawn.outcome[at] - drawn.outcome[0]
    costs, outcomes = (
        drawn.drawn_cost[:, at] - drawn.drawn_cost[:, 0],
        drawn.drawn_outcome[:, at] - drawn.drawn_outcome[:, 0],
    )
    cost_ends = intervals.difference_of_means(*_moments(group.pounds), *_moments(first.pounds))
    outcome_ends = intervals.difference_of_shares(group.good.sum(), group.n, first.good.sum(), first.n)
    cost_se, outcome_se, together = economics.spread(costs, outcomes)
    return {
        "cost": drawn.cost[at],
        "against_cost": drawn.cost[0],
        "outcome": SHARE_SCALE * drawn.outcome[at],
        "against_outcome": SHARE_SCALE * drawn.outcome[0],
        "cost_difference": cost,
        "cost_lower": float(cost_ends.lower),
        "cost_upper": float(cost_ends.upper),
        "outcome_difference": SHARE_SCALE * outcome,
        "outcome_lower": SHARE_SCALE * float(outcome_ends.lower),
        "outcome_upper": SHARE_SCALE * float(outcome_ends.upper),
        "cost_se": cost_se,
        "outcome_se": SHARE_SCALE * outcome_se,
        "correlation": together,
        "draws": costs.size,
        **economics.quadrant_shares(costs, outcomes),
        **stated_ratio(cost, outcome, cost_se, outcome_se, together, is_choice),
        **stated_margin(cost, outcome, cost_se, outcome_se, together, is_choice),
    }


def stated_margin(
    cost: float, outcome: float, cost_se: float, outcome_se: float, correlation: float, is_choice: bool
) -> dict[str, object]:
    """The columns of the margin, with ``more``, ``less``, ``not_clear`` or ``not_a_choice`` as its kind."""
    if not is_choice:
        return dict(zip(MARGIN, (np.nan, np.nan, np.nan, NOT_A_CHOICE), strict=True))
    found = marginal(cost, outcome, cost_se, outcome_se, correlation)
    return dict(zip(MARGIN, (found.value, found.lower, found.upper, found.kind), strict=True))


def stated_ratio(
    cost: float, outcome: float, cost_se: float, outcome_se: float, correlation: float, is_choice: bool
) -> dict[str, object]:
    """The columns of the ratio: pounds for each further good outcome, or in ``ratio_kind`` why there is none.

    ``ratio_kind`` is ``price`` (dearer and better), ``saving`` (cheaper and worse: pounds saved for each
    outcome given up), ``dominant``, ``dominated``, ``same_outcome``, ``not_clear`` or ``not_a_choice``.
    """
    if not is_choice:
        return {"ratio": np.nan, "ratio_lower": np.nan, "ratio_upper": np.nan, "ratio_kind": NOT_A_CHOICE}
    found = economics.ratio(cost, outcome, cost_se, outcome_se, correlation)
    return {
        "ratio": found.value,
        "ratio_lower": found.lower,
        "ratio_upper": found.upper,
        "ratio_kind": found.reason or ("saving" if found.saves else "price"),
    }


def _moments(values: np.ndarray) -> tuple[int, float, float]:
    return values.size, float(values.mean()), float(values.std(ddof=1))


def _curve(comparison: Comparison, drawn: economics.Draws, prices) -> Iterator[dict[str, object]]:
    found = economics.acceptability(drawn, prices.pounds)
    gain, lower, upper = economics.gain(drawn, found.price)
    for i, price in enumerate(found.price):
        for at, group in enumerate(comparison.groups):
            yield {
                "service": comparison.service,
                "comparison": comparison.comparison,
                "price": price,
                "price_says": prices.says,
                "option": group.option,
                "option_words": group.words,
                "probability": found.probability[i, at],
                "benefit": found.benefit[i, at],
                "gain": gain[i, at],
                "gain_lower": lower[i, at],
                "gain_upper": upper[i, at],
                "best": bool(found.frontier[i] == at),
            }
