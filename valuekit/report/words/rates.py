"""Sentences about rates: events for so many days, and pathways for so many adults.

`rate` is always a row of the mart's table ``rate``. Its figures are for the board and the team.
"""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words import compare
from valuekit.report.words import measures as words
from valuekit.report.words.numbers import interval, number, people, sentence, share

_VERDICT = {
    "better": "better than in the 12 months before",
    "worse": "worse than in the 12 months before",
    "uncertain": "no clear difference from the 12 months before",
    "too_few": "too few events to compare with the 12 months before",
}


def not_public(rate: Row) -> str:
    """What is counted, and why the public does not see it."""
    return sentence(
        f"{rate.name}: events for each {rate.unit}.",
        rate.definition or "",
        "The board and the team see the figures. They are not public, as a rate beside its days tells how "
        "many events there were in a month, and those are few.",
    )


def year(rate: Row, row: Row | None) -> str:
    """The newest 12 months against the 12 before (``rate_year``)."""
    if row is None or row.value is None:
        return f"{rate.name}: no 12 months in which everybody's days are over yet."
    before = ""
    if row.before_value is not None:
        figure = words.value_of(rate, row.before_value)
        before = f"It was {figure} in {row.before_words} ({_before(rate, row)})."
    return sentence(
        f"{rate.name}: {verdict(row)}, at {words.value_of(rate, row.value)} for each {rate.unit} in "
        f"{row.words} ({_evidence(rate, row.events, row.n, row.exposure, row.lower, row.upper)}).",
        before,
        _ratio(row),
        _repeats(row),
        "Everybody's days count, so nothing is missing.",
        words.variation(rate, row),
        words.assurance(rate, row),
    )


def verdict(row: Row) -> str:
    """The comparison of two years in a few words (``rate_year``)."""
    if row.verdict == "uncertain" and row.ratio_lower is not None:
        # Where neither way is better, a clear difference still has a direction.
        if row.ratio_lower > 1:
            return "higher than in the 12 months before"
        if row.ratio_upper < 1:
            return "lower than in the 12 months before"
    return _VERDICT.get(row.verdict or "", _VERDICT["too_few"])


def _evidence(rate: Row, events: int, n: int, days: int, lower: float, upper: float) -> str:
    ends = interval(lower, upper, "", rate.decimals or 0)
    return f"{_counted(events, 'event')} among {_counted(n, 'person')} in {number(days)} days, {ends}"


def _before(rate: Row, row: Row) -> str:
    return _evidence(
        rate, row.before_events, row.before_n, row.before_exposure, row.before_lower, row.before_upper
    )


def _counted(n: int, one: str) -> str:
    many = {"person": "people"}.get(one, f"{one}s")
    return f"{number(n)} {one if n == 1 else many}"


def _ratio(row: Row) -> str:
    if row.ratio is None:
        return ""
    ends = interval(row.ratio_lower, row.ratio_upper, "", 2)
    return f"The newer rate is {number(row.ratio, 2)} times the older ({ends})."


def _repeats(row: Row) -> str:
    if row.events == row.with_event:
        return ""
    had = "had them, some more than one: the interval allows for that."
    return f"{_counted(row.with_event, 'person')} {had}"


def series_says(rate: Row) -> str:
    """What a chart of the rate shows, before all else."""
    return f"Events for each {rate.unit}."


def need(name: str, rows: Sequence[Row]) -> str:
    """Pathways of the service `name` for each 100,000 adults (``need_rate``)."""
    even = next((r for r in rows if r.kind == "standardised"), None)
    plain = next((r for r in rows if r.kind == "crude"), None)
    if plain is None or plain.value is None:
        return f"{name}: pathways for each 100,000 adults cannot be shown."
    crude = f"{number(plain.value, 1)} pathways began for each 100,000 adults a year, {plain.words}"
    beside = f"{people(plain.n)}, {interval(plain.lower, plain.upper, '', 1)}"
    known = f"The fifth is known for {share(plain.completeness, 1)} of pathways."
    if even is None or even.value is None:
        standard = "Too few pathways to standardise the rate for deprivation."
    else:
        ends = interval(even.lower, even.upper, "", 1)
        standard = (
            f"Were a fifth of the adults in each fifth of deprivation, it would be {number(even.value, 1)} "
            f"({ends})."
        )
    return sentence(
        f"{name}: {_fifths_apart(rows)}. All in all {crude} ({beside}).",
        standard,
        known,
        "People who need the pathway and did not come are not in it.",
    )


def _fifths_apart(rows: Sequence[Row]) -> str:
    ends = {r.fifth: r for r in rows if r.kind == "fifth" and r.shown and r.value is not None}
    if 1 not in ends or 5 not in ends:
        return "the most and the least deprived fifths cannot be compared"
    apart = compare.difference(*((r.value, r.lower, r.upper) for r in (ends[1], ends[5])))
    if not apart.clear:
        return "no clear difference in pathways for each adult between the most and the least deprived"
    way = "fewer" if apart.value < 0 else "more"
    spread = interval(*sorted(abs(end) for end in (apart.lower, apart.upper)), "", 1)
    return (
        f"{way} pathways for each 100,000 adults in the most deprived fifth than in the least, by "
        f"{number(abs(apart.value), 1)} ({spread})"
    )


def group(measure: Row, kind: str, rows: Sequence[Row]) -> str:
    """Observed against expected by hospital site or by fifth of deprivation (``case_mix_group``)."""
    by = {"site": "by hospital site", "fifth": "by fifth of deprivation"}[kind]
    shown = [r for r in rows if r.shown and r.difference is not None]
    if not shown:
        return f"{measure.name}, {by}: too few people to tell."
    apart = [r for r in shown if r.diff_lower > 0 or r.diff_upper < 0]
    few = len(rows) - len(shown)
    found = "; ".join(_apart(kind, r) for r in apart)
    head = f"{measure.name}, {by}: {found or 'as expected of people like these, within chance'}"
    others = "The others are as expected, within chance." if apart and len(shown) > len(apart) else ""
    return sentence(
        f"{head}.",
        others,
        f"{few} {'has' if few == 1 else 'have'} too few people to tell." if few else "",
    )


def _apart(kind: str, row: Row) -> str:
    where = f"at {row.name}" if kind == "site" else f"in fifth {row.name}"
    way = "more" if row.diff_lower > 0 else "fewer"
    ends = interval(row.diff_lower, row.diff_upper, "", 1)
    return (
        f"{way} than expected of people like these {where} ({number(row.observed)} observed, "
        f"{number(row.expected, 1)} expected, {people(row.n)}; {ends} of the difference)"
    )


GROUPS = (
    "Each group is held against what the model expects of its own people, in all months since the "
    "baseline. Of twenty groups that are as expected, chance puts one beyond its interval. "
    "Two groups cannot be ranked by their ratios where their people differ."
)


def groups_not_public() -> str:
    """Why the public page does not have it."""
    return (
        "Observed against expected by hospital site and by deprivation is shown to the board and the team "
        "only: groups are small."
    )


def group_cell(row: Row) -> str:
    """A group's name in a table's cell."""
    ends = {"1": "Fifth 1, most deprived", "5": "Fifth 5, least deprived"}
    return row.name if row.kind == "site" else ends.get(row.name, f"Fifth {row.name}")
