"""Sentences about hospital sites, and about the slope from the most to the least deprived."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words.measures import interval_of_difference, signed_difference, value_of, why_not_shown
from valuekit.report.words.numbers import evidence, interval, listed, number, people, sentence

_PLACES = {
    "above_998": "above the outer limit",
    "above_95": "between the inner and the outer limit, above",
    "below_998": "below the outer limit",
    "below_95": "between the inner and the outer limit, below",
    "inside": "within the limits",
}


def sites(measure: Row, found: Sequence[Row]) -> str:
    """Which sites stand beyond the outer limits (``funnel``)."""
    shown = [s for s in found if s.shown and s.value is not None and s.average is not None]
    if not shown or len(shown) < len(found):
        return f"{measure.name} by site cannot be shown: too few people at a site."
    total = sum(s.n for s in shown)
    around = (
        f"The average of the {len(shown)} sites is {value_of(measure, shown[0].average)} ({people(total)})."
    )
    beyond = [s for s in shown if s.place in ("above_998", "below_998")]
    if not beyond:
        head = f"{measure.name}: no site differs from the others by more than chance would make likely."
    else:
        parts = [_site(measure, s) for s in beyond]
        few = "one site differs" if len(beyond) == 1 else f"{len(beyond)} sites differ"
        head = (
            f"{measure.name}: {few} from the average by more than chance would make likely: {listed(parts)}."
        )
    return sentence(
        head,
        around,
        "The limits are widened, as the sites differ by more than chance." if shown[0].widened else "",
        "The figures are not adjusted for who comes to each site.",
    )


def _site(measure: Row, site: Row) -> str:
    way = "higher" if site.place == "above_998" else "lower"
    beside = evidence(site.n, site.lower, site.upper, measure.unit or "", measure.decimals or 0)
    return f"{site.site} is {way}, at {value_of(measure, site.value)} ({beside})"


def sites_alt(measure: Row, found: Sequence[Row]) -> str:
    """Alt text of the funnel."""
    parts = [
        f"{s.site} {value_of(measure, s.value)} of {s.n:,}" for s in found if s.shown and s.n is not None
    ]
    return sentence(sites(measure, found), f"Sites: {listed(parts)}." if parts else "")


def place(site: Row) -> str:
    """Where a site stands, for a cell."""
    return _PLACES.get(site.place or "", "not shown")


def slope(measure: Row, row: Row | None) -> str:
    """The slope from the most to the least deprived end (``inequality_slope``); empty where there is none."""
    if row is None:
        return ""
    if not row.shown or row.slope is None:
        return f"From end to end, the slope cannot be shown ({why_not_shown(row.reason)})."
    unit, decimals = measure.unit or "", measure.decimals or 0
    size = signed_difference(row.slope, unit, decimals)
    size += interval_of_difference(row.slope_lower, row.slope_upper, unit, decimals)
    clear = (row.slope_lower or 0) > 0 or (row.slope_upper or 0) < 0
    head = (
        f"From the most to the least deprived end the figure {'rises' if row.slope > 0 else 'falls'} "
        "by more than chance would make likely"
        if clear
        else "From the most to the least deprived end no clear slope is seen"
    )
    ratio = ""
    if row.ratio is not None:
        spread = interval(row.ratio_lower, row.ratio_upper, "", 2)
        ratio = f", {number(row.ratio, 2)} times the figure at the most deprived end ({spread})"
    return f"{head}: slope index {size}{ratio}."


def slope_cell(measure: Row, row: Row | None) -> str:
    """The slope index with its interval, for a cell."""
    if row is None or not row.shown or row.slope is None:
        return "not shown"
    decimals = measure.decimals or 0
    ends = f"{number(row.slope_lower, decimals)} to {number(row.slope_upper, decimals)}"
    return f"{number(row.slope, decimals)} ({ends})"
