"""What the value programme itself costs and yields: discounted, when it breaks even, and how sure that is.

Amounts by month become present values, in pounds of a base month. One assumption at a time is then moved,
to see which of them matters. Nothing here is about a patient.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, field_validator, model_validator

from valuekit.config import Settings, Words
from valuekit.measures.calendar import MonthText, Span, between, first_day
from valuekit.measures.methods import Example, Method
from valuekit.project import Month

Floats = NDArray[np.float64]
Rate = Annotated[float, Field(ge=0, le=0.3)]
Part = Annotated[float, Field(gt=0, lt=1)]

HALF_A_PENNY = 0.005
"""Below this a sum of pounds is nought: discounting leaves rounding errors behind."""


class Tornado(Settings):
    """How far each assumption is moved, one at a time."""

    benefits: Part = 0.2
    costs: Part = 0.1
    discount_rate: tuple[Rate, Rate] = (0.015, 0.06)
    price_change: tuple[Rate, Rate] = (0.0, 0.04)
    delay_months: Annotated[int, Field(ge=1, le=60)] = 6

    @field_validator("discount_rate", "price_change")
    @classmethod
    def _from_low_to_high(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] >= value[1]:
            raise ValueError("the first rate must be lower than the second")
        return value


class Assumed(Settings):
    """``data/programme.yml``: what the sums assume."""

    source: Words = "HM Treasury, The Green Book (2022), annex 6"
    discount_rate: Rate = 0.035
    price_change: Rate = 0.02
    base_month: MonthText | None = None
    horizon_months: Annotated[int, Field(ge=1, le=360)] = 60
    tornado: Tornado = Tornado()

    @model_validator(mode="after")
    def _rates_lie_within_their_range(self) -> Assumed:
        for name in ("discount_rate", "price_change"):
            low, high = getattr(self.tornado, name)
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must lie within the range that the tornado gives it")
        return self


def discount_factors(months: ArrayLike, rate: float, price_change: float = 0.0) -> Floats:
    """What a pound is worth so many months after the base month, in pounds of the base month.

    Parameters
    ----------
    months
        Months after the base month, any shape; negative before it.
    rate
        Real discount rate a year, 0.035 for 3.5%.
    price_change
        Yearly rise of general prices held in the amounts; 0 where they are in pounds of one year.

    References
    ----------
    HM Treasury, The Green Book (2022), annex 6: the factor after t years is 1 ÷ (1 + rate) to the power t;
    real terms are nominal ones divided by the rise of general prices. Whole months count as twelfths.
    """
    years = np.asarray(months, float) / 12
    return ((1 + rate) * (1 + price_change)) ** -years


def net_present_value(net: ArrayLike, rate: float, price_change: float = 0.0, base: int = 0) -> float:
    """Present value of monthly amounts, pounds: the sum of each × its factor.

    Parameters
    ----------
    net
        Benefits less costs by month, (months,), from the first.
    base
        The place of the base month among them: its factor is 1.
    """
    net = np.asarray(net, float)
    return float(net @ discount_factors(np.arange(len(net)) - base, rate, price_change))


def break_even(discounted: ArrayLike) -> int | None:
    """Place of the first month from which on the sum of discounted net amounts is never below nought again.

    None where it is below nought at the end, or where nothing is spent or gained. Also called the discounted
    payback. It looks no further than the months given.
    """
    total = np.cumsum(np.asarray(discounted, float))
    if not total.size or not np.any(np.asarray(discounted, float)) or total[-1] < -HALF_A_PENNY:
        return None
    below = np.flatnonzero(total < -HALF_A_PENNY)
    return int(below[-1]) + 1 if below.size else 0


def return_on_investment(benefits: float, costs: float) -> float:
    """(benefits − costs) ÷ costs; NaN where there is no cost to return on."""
    return (benefits - costs) / costs if costs > HALF_A_PENNY else float("nan")


@dataclass(frozen=True)
class Plan:
    """Amounts in pounds by line and month, with what is assumed.

    Attributes
    ----------
    cost, benefit
        (lines, months), from the first month with an amount on, longer than the horizon where the extract is.
    booked
        (months,): how many of the first months are actual. Lines of one month may differ; a month counts as
        booked while any line of it is actual.
    """

    first: Month
    cost: Floats
    benefit: Floats
    booked: int
    assumed: Assumed

    @property
    def months(self) -> int:
        """Months that are counted: the horizon, or all where the extract ends sooner."""
        return min(self.assumed.horizon_months, self.cost.shape[1])

    @property
    def base(self) -> Month:
        """Values are in pounds of this month."""
        return Month.parse(self.assumed.base_month) if self.assumed.base_month else self.first

    @property
    def factors(self) -> Floats:
        """Discount factor of each month counted."""
        after = np.arange(self.months) - between(self.first, self.base)
        return discount_factors(after, self.assumed.discount_rate, self.assumed.price_change)

    def totals(self, lines: Floats) -> Floats:
        """`lines` summed, in the months counted."""
        return lines.sum(axis=0)[: self.months]


def plan(entries: pd.DataFrame, assumed: Assumed) -> Plan | None:
    """The extract ``programme_costs`` as a plan; None where it is empty."""
    if entries.empty:
        return None
    first, last = Month.parse(entries["month"].min()), Month.parse(entries["month"].max())
    size = between(first, last) + 1
    place = entries["month"].map(lambda m: between(first, Month.parse(m)))
    line = entries.groupby(["service", "kind", "category"], dropna=False, sort=True).ngroup().to_numpy()
    amounts = {kind: np.zeros((line.max() + 1, size)) for kind in ("cost", "benefit")}
    for kind, grid in amounts.items():
        own = (entries["kind"] == kind).to_numpy()
        np.add.at(grid, (line[own], place.to_numpy()[own]), entries["pence"].to_numpy()[own] / 100)
    actual = place[entries["basis"] == "actual"]
    booked = int(actual.max()) + 1 if len(actual) else 0
    return Plan(first, amounts["cost"], amounts["benefit"], booked, assumed)


@dataclass(frozen=True)
class Worth:
    """What a plan comes to. Pounds; present values in pounds of the base month."""

    costs: float
    benefits: float
    npv: float
    roi: float
    break_even: int | None


def worth(of: Plan) -> Worth:
    """Present values, their difference, return on investment and the month of break-even of a plan."""
    costs, benefits = of.totals(of.cost) * of.factors, of.totals(of.benefit) * of.factors
    paid, gained = float(costs.sum()), float(benefits.sum())
    return Worth(
        paid, gained, gained - paid, return_on_investment(gained, paid), break_even(benefits - costs)
    )


def later(of: Plan, months: int) -> Plan:
    """The plan with the benefits still to come later by `months`.

    A benefit that has begun goes on meanwhile at what it was so many months before; one that has not begun
    begins so much later. What is booked stays.
    """
    shifted = np.zeros_like(of.benefit)
    shifted[:, months:] = of.benefit[:, : of.benefit.shape[1] - months] if months < of.benefit.shape[1] else 0
    shifted[:, : of.booked] = of.benefit[:, : of.booked]
    return replace(of, benefit=shifted)


def _scaled(of: Plan, *, cost: float = 1.0, benefit: float = 1.0) -> Plan:
    """The plan with all benefits, and the costs still to come, times a factor."""
    costs = of.cost.copy()
    costs[:, of.booked :] *= cost
    return replace(of, cost=costs, benefit=of.benefit * benefit)


def cases(of: Plan) -> Iterator[tuple[str, str, str, str, Plan]]:
    """Each assumption moved: its identifier and name, ``low`` or ``high``, the setting in words, the plan."""
    moved, assumed = of.assumed.tornado, of.assumed
    for side, sign, word in (("low", -1, "less"), ("high", 1, "more")):
        yield (
            "benefits", "All benefits", side, f"{_percent(moved.benefits)} {word}",
            _scaled(of, benefit=1 + sign * moved.benefits),
        )  # fmt: skip
        yield (
            "costs", "Costs still to come", side, f"{_percent(moved.costs)} {word}",
            _scaled(of, cost=1 + sign * moved.costs),
        )  # fmt: skip
    for name, words in (("discount_rate", "Discount rate"), ("price_change", "Rise of general prices")):
        for side, rate in zip(("low", "high"), getattr(moved, name), strict=True):
            changed = replace(of, assumed=assumed.model_copy(update={name: rate}))
            yield name, words, side, f"{_percent(rate)} a year", changed
    yield (
        "delay", "Benefits still to come", "high", f"{moved.delay_months} months later",
        later(of, moved.delay_months),
    )  # fmt: skip


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f}".removesuffix(".0") + "%"


MONTH = (
    "month", "period_start", "words", "basis", "cost", "benefit", "factor", "discounted", "cumulative",
)  # fmt: skip
SUMMARY = (
    "first", "last", "months", "base", "discount_rate", "price_change", "source", "cost", "benefit",
    "cost_present", "benefit_present", "npv", "roi", "break_even", "break_even_words", "booked",
    "forecast_share", "beyond", "reason",
)  # fmt: skip
LINE = ("position", "kind", "service", "category", "actual", "forecast", "present_value")
CASE = ("position", "assumption", "name", "side", "setting", "npv", "roi", "break_even", "break_even_words")


def tables(entries: pd.DataFrame, assumed: Assumed) -> dict[str, pd.DataFrame]:
    """The mart's tables ``programme``, ``programme_month``, ``programme_line`` and ``programme_case``.

    Parameters
    ----------
    entries
        The extract: `service` (missing for the whole programme), `month`, `kind`, `category`, `basis`,
        `pence`.
    assumed
        Rate, base, horizon and how far each is moved.

    Returns
    -------
    dict
        All four empty where there is no entry.
    """
    of = plan(entries, assumed)
    if of is None:
        empty = zip(_NAMES, (SUMMARY, MONTH, LINE, CASE), strict=True)
        return {name: pd.DataFrame(columns=list(columns)) for name, columns in empty}
    tried = [
        {
            "position": i, "assumption": name, "name": words, "side": side, "setting": setting,
            "npv": now.npv, "roi": now.roi, **_month_of(of, now.break_even),
        }
        for i, (name, words, side, setting, moved) in enumerate(cases(of), 1)
        for now in (worth(moved),)
    ]  # fmt: skip
    frames = (
        pd.DataFrame([_summary(of)], columns=list(SUMMARY)),
        _by_month(of, entries),
        _by_line(of, entries),
        pd.DataFrame(tried, columns=list(CASE)),
    )
    return dict(zip(_NAMES, frames, strict=True))


_NAMES = ("programme", "programme_month", "programme_line", "programme_case")


def _summary(of: Plan) -> dict[str, object]:
    now = worth(of)
    span = Span(of.first, of.months)
    benefit, cost = of.totals(of.benefit), of.totals(of.cost)
    beyond = of.benefit[:, of.months :].sum() - of.cost[:, of.months :].sum()
    to_come = (benefit * of.factors)[of.booked :].sum()
    return {
        "first": span.first.words,
        "last": span.last.words,
        "months": of.months,
        "base": of.base.words,
        "discount_rate": of.assumed.discount_rate,
        "price_change": of.assumed.price_change,
        "source": of.assumed.source,
        "cost": cost.sum(),
        "benefit": benefit.sum(),
        "cost_present": now.costs,
        "benefit_present": now.benefits,
        "npv": now.npv,
        "roi": now.roi,
        **_month_of(of, now.break_even),
        "booked": of.first.plus(of.booked - 1).words if of.booked else "",
        "forecast_share": to_come / now.benefits if now.benefits > HALF_A_PENNY else np.nan,
        "beyond": beyond,
        "reason": "" if now.costs > HALF_A_PENNY else "no cost has been entered to set the benefits against",
    }


def _month_of(of: Plan, place: int | None) -> dict[str, object]:
    if place is None:
        return {"break_even": pd.NaT, "break_even_words": ""}
    month = of.first.plus(place)
    return {"break_even": pd.Timestamp(first_day(month)), "break_even_words": month.words}


def _by_month(of: Plan, entries: pd.DataFrame) -> pd.DataFrame:
    months = [of.first.plus(i) for i in range(of.months)]
    cost, benefit, factors = of.totals(of.cost), of.totals(of.benefit), of.factors
    basis = entries.groupby("month")["basis"].agg(lambda b: b.iloc[0] if b.nunique() == 1 else "both")
    discounted = (benefit - cost) * factors
    return pd.DataFrame(
        {
            "month": [str(m) for m in months],
            "period_start": [pd.Timestamp(first_day(m)) for m in months],
            "words": [m.words for m in months],
            "basis": [basis.get(str(m), "") for m in months],
            "cost": cost,
            "benefit": benefit,
            "factor": factors,
            "discounted": discounted,
            "cumulative": np.cumsum(discounted),
        },
        columns=list(MONTH),
    )


def _by_line(of: Plan, entries: pd.DataFrame) -> pd.DataFrame:
    """One row a kind, service and category: what is booked, what is forecast, its present value."""
    place = entries["month"].map(lambda m: between(of.first, Month.parse(m))).to_numpy()
    counted = place < of.months
    held, place = entries[counted], place[counted]
    pounds = held["pence"].to_numpy() / 100
    held = held.assign(
        service=held["service"].fillna("").astype(object),
        actual=np.where(held["basis"] == "actual", pounds, 0.0),
        forecast=np.where(held["basis"] == "forecast", pounds, 0.0),
        present_value=pounds * of.factors[place],
    )
    frame = held.groupby(["kind", "service", "category"], as_index=False)[
        ["actual", "forecast", "present_value"]
    ].sum()
    frame["order"] = frame["kind"].map({"cost": 0, "benefit": 1})
    frame = frame.sort_values(["order", "present_value", "category"], ascending=[True, False, True])
    return frame.assign(position=range(1, len(frame) + 1))[list(LINE)].reset_index(drop=True)


def _example() -> Example:
    flows = pd.DataFrame({"Month": [1, 2, 3], "Costs, £": [100_000, 10_000, 10_000]})
    flows["Benefits, £"] = [0, 60_000, 70_000]
    rate = 1.01**12 - 1
    net = (flows["Benefits, £"] - flows["Costs, £"]).to_numpy(float)
    return Example(
        says="A programme of three months, discounted at 1% a month (12.68% a year), to be easily followed.",
        inputs=flows,
        steps=(
            "Benefits less costs are −£100,000, £50,000 and £60,000.",
            "A pound is worth 1, then 1 ÷ 1.01 = 0.990099, then 1 ÷ 1.0201 = 0.980296 of the first month's.",
            "−100,000 + 49,504.95 + 58,817.76 = 8,322.71: the sum is above nought in the third month.",
        ),
        result={"Net present value": net_present_value(net, rate)},
        published={"Net present value": 8322.71},
        published_in="Worked out by hand, as in the steps.",
        decimals=2,
        unit="£",
    )


METHODS = (
    Method(
        id="programme_economics",
        name="Net present value, break-even and return on investment",
        question="Does the programme bring back what it costs, when, and what does that rest on?",
        formula=(
            "Each month's benefits less costs, divided by (1 + discount rate) × (1 + rise of prices), once "
            "for each year since the base month; summed. Break-even is the first month from which that sum "
            "is never below nought again. Return on investment is benefits less costs, over costs, both "
            "discounted and over the months named."
        ),
        units="Pounds of the month go in; pounds of the base month, a month and a share come out.",
        source="HM Treasury, The Green Book (2022), annex 6 (discount rate 3.5% in real terms)",
        fails=(
            "Benefits are estimates, not cash saved, unless a budget was cut. The range over one assumption "
            "at a time is no confidence interval: several can be wrong together. Without a cost there is no "
            "return. The Green Book discounts effects on health, such as QALYs, at 1.5%; the amounts here "
            "are money, so all of them have the rate for money."
        ),
        function="valuekit.measures.money.programme.net_present_value",
        example=_example,
        group="Value",
        also=(
            "valuekit.measures.money.programme.worth",
            "valuekit.measures.money.programme.break_even",
            "valuekit.measures.money.programme.cases",
        ),
    ),
)
