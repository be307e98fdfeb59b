"""What moved the cost of a pathway between two years: mix, stay, inflation and unit price; and volume.

The cost of a pathway is the sum, over every kind of activity (a *cell*: stage, activity type and department),
of

    activities a pathway × days a stay × real price a day × price level

(without days where no bed is used: activities × real price an activity × price level). The change of such a
sum of products is split by Shapley's value: each factor gets its effect averaged over every order in which
the factors could have moved, so no order is preferred and nothing is left over. Everything is worked out in
whole pence and exact fractions and rounded once, so the parts add up to the change to the penny, for any
input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial, floor

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span, between
from valuekit.measures.methods import Example, Method
from valuekit.measures.money.costs import CompleteYear
from valuekit.measures.statistics import intervals

PARTS = {
    "mix": "Mix: how many activities of each kind a pathway has",
    "stay": "Stay: days of each stay",
    "inflation": "Inflation: the general rise of prices",
    "price": "Unit price: what a day or an activity costs beyond inflation",
}
"""Parts of the change in the cost of a pathway, in the order in which they are shown."""

VOLUME = "Volume: number of pathways"

BED_TYPES = ("admitted", "critical_care")
"""Activity whose price is a day's."""

CELL = ["stage", "activity_type", "department"]
QUANTITIES = ["units", "seconds", "pence", "real"]

FEWEST = 30
"""Pathways in each year below which the change is not split: one dear pathway would be the finding."""


@dataclass(frozen=True)
class Period:
    """What the pathways of one period used, one row a cell.

    Attributes
    ----------
    n
        Pathways; at least 1.
    units, seconds, pence, real
        Totals over the pathways: stays or activities, seconds of them, pence as posted, pence in base-year
        prices. Python integers (dtype object) for exact figures, or floats of shape (draws, cells).
    """

    n: int
    units: np.ndarray
    seconds: np.ndarray
    pence: np.ndarray
    real: np.ndarray

    @property
    def total(self) -> int:
        """Pence of all the pathways."""
        return self.pence.sum(axis=-1)


@dataclass(frozen=True)
class Split:
    """The change from one period to the next, in exact pence.

    Attributes
    ----------
    unit
        Part → pence a pathway; adds up to `after` less `before` exactly.
    spend
        Volume and the same parts → pence of all pathways; adds up to the change in spend exactly.
    before, after
        Pence a pathway.
    """

    unit: dict[str, Fraction]
    spend: dict[str, Fraction]
    before: Fraction
    after: Fraction


def shapley(before: Sequence[np.ndarray], after: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Effect of each factor on the change of their product.

    Parameters
    ----------
    before, after
        One array a factor, all of one shape; integers, fractions or floats.

    Returns
    -------
    list of numpy.ndarray
        One a factor; they add up to the product of `after` less the product of `before`.

    References
    ----------
    Shapley 1953, in Contributions to the Theory of Games II, p. 307; for a product of factors the same as
    Das Gupta 1993, Standardization and Decomposition of Rates (US Bureau of the Census, P23-186), chapter 2.
    """
    k = len(before)
    effects = []
    for i in range(k):
        others = [j for j in range(k) if j != i]
        total = 0
        for size in range(k):
            ways = factorial(size) * factorial(k - 1 - size)
            for moved in combinations(others, size):
                product = after[i] - before[i]
                for j in others:
                    product = product * (after[j] if j in moved else before[j])
                total = total + product * ways
        effects.append(total / factorial(k))
    return effects


def factors(one: Period, two: Period) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The four factors of each cell, in the order of :data:`PARTS`, for both periods.

    Where a period has no activity of a kind, its days and real price are those of the other period: the
    effect is then mix, and inflation on it. Days are a factor where every stay of both periods has some; else
    each is 1. The price level is one for all kinds of activity.
    """
    no_days = ((one.units > 0) & (one.seconds <= 0)) | ((two.units > 0) & (two.seconds <= 0))
    found = []
    for period in (one, two):
        there = period.units > 0
        days = np.where(no_days, period.units, period.seconds)
        level = _price_level(period)
        found.append(
            {
                "there": there,
                "mix": period.units / _fraction(period, period.n),
                "stay": days / _safe(period.units, there, one),
                "inflation": level + 0 * period.pence,
                "price": period.pence / (level * _safe(days, there, one)),
            }
        )
    for name in ("stay", "price"):
        a, b = found
        a[name], b[name] = (
            np.where(a["there"], a[name], b[name]),
            np.where(b["there"], b[name], a[name]),
        )
    first, second = ([each[name] for name in PARTS] for each in found)
    return first, second


def _fraction(period: Period, n: int) -> Fraction | float:
    return Fraction(n) if period.pence.dtype == object else float(n)


def _safe(below: np.ndarray, there: np.ndarray, like: Period) -> np.ndarray:
    """`below` where there is activity, else 1; as fractions where the figures are exact."""
    safe = np.where(there, below, 1)
    return _exact(safe) if like.pence.dtype == object else safe


def _exact(values: np.ndarray) -> np.ndarray:
    result = np.empty(len(values), dtype=object)
    result[:] = [Fraction(int(v)) for v in values]
    return result


def _price_level(period: Period) -> np.ndarray:
    """Pence as posted over base-year pence, of all cost of the period; 1 where that is no ratio.

    One level for every cell, of shape (1,) or (draws, 1): a cell's own would call it inflation that its
    activity lies earlier or later in the year.
    """
    pence, real = (q.sum(axis=-1, keepdims=True) for q in (period.pence, period.real))
    ok = (pence > 0) & (real > 0)
    below = np.where(ok, real, 1)
    exact = period.pence.dtype == object
    return np.where(ok, pence / (_exact(below) if exact else below), Fraction(1) if exact else 1.0)


def split(one: Period, two: Period) -> Split:
    """Split the change from `one` to `two`; the periods' totals must be Python integers (dtype object).

    Volume on all spend is the change in pathways at the average of the two unit costs; each part of the unit
    cost is on the average number of pathways.

    Raises
    ------
    ValueError
        A period without pathways, or cost without activity: a fault of valuekit, not of the data.
    """
    for period in (one, two):
        if period.n < 1 or any(p != 0 and u <= 0 for p, u in zip(period.pence, period.units, strict=True)):
            raise ValueError("a period has no pathways, or cost without activity")
    effects = shapley(*factors(one, two))
    unit = {part: Fraction(e.sum()) for part, e in zip(PARTS, effects, strict=True)}
    before, after = Fraction(int(one.total), one.n), Fraction(int(two.total), two.n)
    average_n = Fraction(one.n + two.n, 2)
    spend = {"volume": (two.n - one.n) * (before + after) / 2}
    spend |= {part: average_n * effect for part, effect in unit.items()}
    return Split(unit, spend, before, after)


def rounded(parts: Sequence[Fraction | float], total: int) -> list[int]:
    """Whole numbers near `parts` that add up to `total`; with all signs turned, the signs of the result turn.

    Each is rounded, halves away from 0. What is then too much or too little, one each, goes to the parts
    whose rounding it undoes most (largest remainder).
    """
    near = [_half_away(part) for part in parts]
    rest = total - sum(near)
    sign = 1 if rest > 0 else -1
    order = sorted(range(len(near)), key=lambda i: (-(parts[i] - near[i]) * sign, i))
    for i in range(abs(rest)):
        near[order[i % len(order)]] += sign
    return near


def _half_away(value: Fraction | float) -> int:
    size = floor(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


def bootstrap(
    one: Sequence[np.ndarray],
    two: Sequence[np.ndarray],
    draws: int = intervals.DRAWS,
    seed: int = intervals.SEED,
) -> dict[str, intervals.Interval]:
    """Percentile interval (95%) of each part and of the change (``change``), in pence a pathway.

    Pathways are drawn with replacement within each period, all that a pathway used together.

    Parameters
    ----------
    one, two
        For each period units, seconds, pence and real: arrays of shape (pathways, cells).

    References
    ----------
    Efron and Tibshirani 1993, An Introduction to the Bootstrap.
    """
    rng = np.random.default_rng(seed)
    periods = []
    for each in (one, two):
        n = len(each[0])
        weights = intervals.times_drawn(n, draws, rng)
        periods.append(Period(n, *(weights @ quantity.astype(float) for quantity in each)))
    effects = shapley(*factors(*periods))
    drawn = {part: effect.sum(axis=1) for part, effect in zip(PARTS, effects, strict=True)}
    drawn["change"] = sum(drawn.values())
    return {part: intervals.percentiles(values) for part, values in drawn.items()}


def used(pathway_unit: pd.DataFrame, priced: pd.DataFrame) -> pd.DataFrame:
    """What each pathway used of each cell, with its cost.

    Parameters
    ----------
    pathway_unit
        `pathway`, `stage`, `activity_type`, `department`, `units`, `seconds`.
    priced
        The same keys by month of posting, with `pence` and `real`; see ``prices.in_base_prices``.
    """
    keys = ["pathway", *CELL]
    cost = priced.groupby(keys, as_index=False)[["pence", "real"]].sum()
    frame = pathway_unit[[*keys, "units", "seconds"]].merge(cost, on=keys, how="left")
    return frame.fillna({"pence": 0, "real": 0}).astype({"pence": "int64", "real": "int64"})


def cost_driver(year: CompleteYear, pathway: pd.DataFrame, used: pd.DataFrame, months: Span) -> pd.DataFrame:
    """The mart's table for one service: the newest complete 12 months against the 12 before.

    Parameters
    ----------
    year
        The newest complete 12 months.
    pathway
        All pathways of the service: `pathway`, `began`.
    used
        What each used: `pathway`, `stage`, `activity_type`, `department`, `units`, `seconds`, `pence`,
        `real`.
    months
        The months that the extracts cover.

    Returns
    -------
    pandas.DataFrame
        `basis` (``unit`` pounds a pathway, ``spend`` pounds of all pathways), `part`, `position`, `name`,
        `amount`, `lower`, `upper`, `n`, `before_n`, `before_words`, `shown`, `reason`. No rows without two
        whole years.
    """
    before = year.span.before
    if year.span.months < 12 or between(months.first, before.first) < 0:
        return pd.DataFrame(columns=[*_COLUMNS])
    ids = [pathway.loc[span.holds(pathway["began"]), "pathway"] for span in (before, year.span)]
    counts = [len(i) for i in ids]
    common = {"before_words": before.words, "n": counts[1], "before_n": counts[0]}
    if min(counts) < FEWEST:
        lines = [("unit", "change", np.nan, np.nan, np.nan)]
        return _lines(lines, {**common, "shown": False, "reason": "too few"})
    arrays = _arrays(used, ids)
    periods = [Period(n, *(_column_sums(q) for q in each)) for n, each in zip(counts, arrays, strict=True)]
    found, ends = split(*periods), bootstrap(*arrays)
    first, last = (_half_away(cost) for cost in (found.before, found.after))
    unit = dict(zip(PARTS, rounded(list(found.unit.values()), last - first), strict=True))
    whole = int(periods[1].total - periods[0].total)
    spend = dict(zip(found.spend, rounded(list(found.spend.values()), whole), strict=True))
    lines = [("unit", "before", first, np.nan, np.nan)]
    lines += [("unit", p, v, *(float(e) for e in ends[p])) for p, v in unit.items()]
    lines += [("unit", "after", last, np.nan, np.nan)]
    lines += [("unit", "change", last - first, *(float(e) for e in ends["change"]))]
    lines += [("spend", "before", int(periods[0].total), np.nan, np.nan)]
    lines += [("spend", p, v, np.nan, np.nan) for p, v in spend.items()]
    lines += [
        ("spend", "after", int(periods[1].total), np.nan, np.nan),
        ("spend", "change", whole, np.nan, np.nan),
    ]
    return _lines(lines, {**common, "shown": True, "reason": None})


_COLUMNS = (
    "basis", "part", "position", "name", "amount", "lower", "upper", "before_words", "n", "before_n",
    "shown", "reason",
)  # fmt: skip
NAMES = {"before": "The 12 months before", "volume": VOLUME, **PARTS, "after": "The newest 12 months"}
NAMES |= {"change": "Change"}
"""Every line of the table, in order."""


def _lines(lines: list[tuple], common: dict[str, object]) -> pd.DataFrame:
    order = {part: i for i, part in enumerate(NAMES, 1)}
    rows = [
        {
            "basis": basis,
            "part": part,
            "position": order[part],
            "name": NAMES[part],
            "amount": amount / 100,
            "lower": lower / 100,
            "upper": upper / 100,
            **common,
        }
        for basis, part, amount, lower, upper in lines
    ]
    return pd.DataFrame(rows, columns=[*_COLUMNS])


def _arrays(used: pd.DataFrame, ids: Sequence[pd.Series]) -> list[list[np.ndarray]]:
    """For each group of pathways: units, seconds, pence, real, each of shape (pathways, cells), int64."""
    held = used[used["pathway"].isin(pd.concat(list(ids)))]
    cell = held.groupby(CELL, sort=True).ngroup().to_numpy()
    cells = int(cell.max()) + 1 if len(cell) else 0
    found = []
    for group in ids:
        row = pd.Index(group).get_indexer(held["pathway"])
        own = row >= 0
        each = []
        for name in QUANTITIES:
            table = np.zeros((len(group), cells), dtype="int64")
            np.add.at(table, (row[own], cell[own]), held[name].to_numpy("int64")[own])
            each.append(table)
        bed = held.loc[:, "activity_type"].isin(BED_TYPES).to_numpy()
        no_bed = np.setdiff1d(np.arange(cells), cell[bed])
        each[1][:, no_bed] = each[0][:, no_bed]  # without a bed, days are no factor: one each
        found.append(each)
    return found


def _column_sums(table: np.ndarray) -> np.ndarray:
    sums = np.empty(table.shape[1], dtype=object)
    sums[:] = [int(v) for v in table.sum(axis=0)]
    return sums


def period_of(
    units: Sequence[int], seconds: Sequence[int], pence: Sequence[int], real: Sequence[int], n: int
) -> Period:
    """A period from plain numbers, one a cell."""
    arrays = []
    for values in (units, seconds, pence, real):
        array = np.empty(len(values), dtype=object)
        array[:] = [int(v) for v in values]
        arrays.append(array)
    return Period(n, *arrays)


def _example() -> Example:
    # 100 and 110 pathways; a stay each (10 then 8 days at £200 then £215), clinics 2 then 3 (£100, £110).
    day = 86_400
    one = period_of([100, 200], [1000 * day, 200], [20_000_000, 2_000_000], [20_000_000, 2_000_000], 100)
    two = period_of([110, 330], [880 * day, 330], [18_920_000, 3_630_000], [18_920_000, 3_630_000], 110)
    found = split(one, two)
    names = {"mix": "Mix", "stay": "Stay", "price": "Unit price"}
    result = {name: float(found.unit[part]) / 100 for part, name in names.items()}
    return Example(
        says="100 pathways, then 110: each has one stay and some clinics. Prices are not deflated here.",
        inputs=pd.DataFrame(
            {
                "Year": ["first", "second"],
                "Pathways": [100, 110],
                "Days of the stay": [10, 8],
                "Price of a day (£)": [200, 215],
                "Clinics a pathway": [2, 3],
                "Price of a clinic (£)": [100, 110],
            }
        ),
        steps=(
            "Cost of a pathway: 10 × 200 + 2 × 100 = £2,200, then 8 × 215 + 3 × 110 = £2,050: £150 less.",
            "Stay: 2 days fewer at the average price of a day, 207.50: −£415.",
            "Mix: 1 clinic more at the average price of a clinic, £105: +£105.",
            "Unit price: £15 more on the average 9 days, and £10 more on the average 2.5 clinics: +£160.",
            "−415 + 105 + 160 = −150.",
            "All spend: 10 pathways more at the average cost of £2,125 is +£21,250; −£150 on the average 105 "
            "pathways is −£15,750; together +£5,500.",
        ),
        result={**result, "Volume, all spend": float(found.spend["volume"]) / 100},
        published={"Mix": 105.0, "Stay": -415.0, "Unit price": 160.0, "Volume, all spend": 21_250.0},
        published_in="worked out by hand",
        decimals=2,
        unit="£",
    )


METHODS = (
    Method(
        id="cost_drivers",
        name="What moved the cost of a pathway",
        question="Where does the change in the cost of a pathway lie?",
        formula="Cost of a pathway = sum over every kind of activity of activities a pathway × days a stay × "
        "real price × price level. Each factor gets its effect averaged over every order in which the four "
        "could have moved. Volume = change in pathways × average of the two unit costs.",
        units="Whole pence, counts and seconds in; pounds a pathway and pounds of all pathways out. The "
        "parts add up to the change to the penny. 95% percentile intervals from bootstrap draws of pathways "
        "within each year; volume is a count and has none.",
        source="Shapley 1953, Contributions to the Theory of Games II, p. 307; Das Gupta 1993, "
        "Standardization and Decomposition of Rates: A User's Manual, US Bureau of the Census P23-186, "
        "chapter 2.",
        fails=f"Refused without two whole years, or with fewer than {FEWEST} pathways in one of them. A "
        "kind of activity that is in one year only is mix, and inflation on it. Unit price takes in "
        "everything that changed within a kind of activity, so it is also intensity of care. A split says "
        "where the change lies, not why.",
        function="valuekit.measures.money.cost_drivers.split",
        example=_example,
        group="Cost and flow",
        also=(
            "valuekit.measures.money.cost_drivers.shapley",
            "valuekit.measures.money.cost_drivers.bootstrap",
        ),
    ),
)
