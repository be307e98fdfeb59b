"""Sentences about what the value programme costs and yields: one set for page, alt text and board."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from valuekit.project import Month
from valuekit.report.audience import Row
from valuekit.report.words.numbers import number, pounds, sentence, share

NOTHING = "No costs or benefits of the programme have been entered."


def finding(summary: Row | None, period: str) -> str:
    """Whether and when the programme covers its costs (``programme``); `period` is the month of the data.

    Four cases: it has done so, it is expected to, it is not within the months counted, or nobody can say.
    """
    if summary is None:
        return NOTHING
    if summary.reason:
        return f"Whether the programme covers its costs cannot be said: {summary.reason}."
    if summary.break_even is None:
        return f"On these figures the programme does not cover its costs by {summary.last}."
    if _is_past(summary.break_even, period):
        return f"The programme had covered its costs by {summary.break_even_words}."
    return f"The programme is expected to cover its costs by {summary.break_even_words}."


def _is_past(day: date, period: str) -> bool:
    month = Month.parse(period)
    return (day.year, day.month) <= (month.year, month.month)


def returned(summary: Row | None) -> str:
    """Benefits, costs, what is left and the return on investment, in present values (``programme``)."""
    if summary is None:
        return ""
    sums = (
        f"Over {number(summary.months)} months, {summary.first} to {summary.last}, benefits of "
        f"{thousands(summary.benefit_present)} stand against costs of {thousands(summary.cost_present)}: a "
        f"net present value of {thousands(summary.npv)}"
    )
    if summary.roi is None:
        return f"{sums}."
    return f"{sums} and a return on investment of {percent(summary.roi)}."


def thousands(value: float | None) -> str:
    """Pounds to the nearest thousand: a forecast is no surer than that."""
    return pounds(value if value is None else round(value, -3))


def percent(value: float | None) -> str:
    """A share that may be below nought or above one, in whole per cent."""
    text = number(None if value is None else 100 * value)
    return text if value is None else f"{text}%"


def assumed(summary: Row | None) -> str:
    """Rate, prices and base month, with the source (``programme``)."""
    if summary is None:
        return ""
    rates = f"discounted at {_rate(summary.discount_rate)} a year in real terms"
    prices = (
        f", after {_rate(summary.price_change)} a year for the rise of general prices"
        if summary.price_change
        else ""
    )
    forecast = (
        f"{share(summary.forecast_share)} of the benefits are forecast."
        if summary.forecast_share is not None
        else ""
    )
    beyond = (
        f"Amounts after {summary.last} are left out: {thousands(summary.beyond)} of benefits less costs."
        if summary.beyond and abs(summary.beyond) >= 1
        else ""
    )
    return sentence(
        f"Amounts are in pounds of {summary.base}, {rates}{prices} ({summary.source}).",
        forecast,
        beyond,
        "Benefits are what the services estimate; they are not cash unless a budget was cut.",
    )


def _rate(value: float | None) -> str:
    return "a rate not known" if value is None else f"{number(100 * value, 1).removesuffix('.0')}%"


def sensitivity(cases: Sequence[Row]) -> str:
    """How far the result moves when one assumption is moved (``programme_case``)."""
    known = [case for case in cases if case.npv is not None]
    if not known:
        return "No assumption has been moved."
    low, high = min(known, key=lambda c: c.npv), max(known, key=lambda c: c.npv)
    late = [case for case in known if case.break_even is None]
    dates = sorted((c for c in known if c.break_even is not None), key=lambda c: c.break_even)
    return sentence(
        f"With one assumption moved at a time, the net present value lies between {thousands(low.npv)} "
        f"({_moved(low)}) and {thousands(high.npv)} ({_moved(high)}).",
        _between(dates),
        f"In {len(late)} of the {len(known)} cases the costs are not covered within the months counted: "
        f"{'; '.join(_moved(c) for c in late)}."
        if late
        else "",
    )


def _between(dates: Sequence[Row]) -> str:
    if not dates:
        return ""
    first, last = dates[0].break_even_words, dates[-1].break_even_words
    if first == last:
        return f"Where the costs are covered, it is by {first}."
    return f"Where the costs are covered, it is between {first} and {last}."


def _moved(case: Row) -> str:
    return f"{case.name[:1].lower()}{case.name[1:]} {case.setting}"


def caveat() -> str:
    """What the range is not."""
    return "The range is no confidence interval: several assumptions can be wrong together."


def board_line(summary: Row | None, cases: Sequence[Row], period: str) -> str:
    """The programme in the board report: the finding, the return, and how far one assumption moves it."""
    if summary is None or summary.reason:
        return finding(summary, period)
    known = [case for case in cases if case.npv is not None]
    late = sum(case.break_even is None for case in known)
    holds = ""
    if known:
        low, high = min(c.npv for c in known), max(c.npv for c in known)
        holds = (
            f"With one assumption moved, it lies between {thousands(low)} and {thousands(high)}, and costs "
            f"are not covered in {late} of {len(known)} cases."
        )
    return sentence(
        finding(summary, period),
        f"Net present value over {number(summary.months)} months: {thousands(summary.npv)}, a return of "
        f"{percent(summary.roi)}."
        if summary.roi is not None
        else "",
        holds,
    )


def over_time_alt(summary: Row | None, months: Sequence[Row], period: str) -> str:
    """Alt text of benefits less costs so far, month by month (``programme_month``)."""
    known = [m for m in months if m.cumulative is not None]
    if summary is None or not known:
        return NOTHING
    deepest = min(known, key=lambda m: m.cumulative)
    return sentence(
        f"Benefits less costs so far, discounted, by month from {known[0].words} to {known[-1].words}.",
        f"Lowest at {thousands(deepest.cumulative)} in {deepest.words}, "
        f"{thousands(known[-1].cumulative)} at the end.",
        finding(summary, period),
    )


def tornado_alt(summary: Row | None, cases: Sequence[Row]) -> str:
    """Alt text of the chart of assumptions moved (``programme_case``)."""
    if summary is None or not cases:
        return "Assumptions moved one at a time: nothing can be shown."
    return sentence(
        f"Net present value, {thousands(summary.npv)} as assumed, with one assumption moved at a time.",
        sensitivity(cases),
    )
