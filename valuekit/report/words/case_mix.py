"""Sentences about case mix: the model, whether it can be trusted, observed against expected.

Rows of the mart's ``case_mix_model`` and ``case_mix_period``. A difference is never laid to the care: who
the patients are is taken account of only as far as the model goes.
"""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words.numbers import number, people, sentence, share, upper_first

COVERS = (
    "The expected number is what a model expects of people like these. It was fitted on a baseline and is "
    "tested on the months after it. A difference may come from the care, from chance, or from what the model "
    "does not know."
)
"""What this part of the report can and cannot say."""


def model(measure: Row, row: Row) -> str:
    """What the model takes account of, on whom it rests, and whether it may be used (``case_mix_model``)."""
    takes = f"{measure.name}: the model takes account of {row.covariates}, in {row.words}"
    if not row.fitted:
        return sentence(
            f"{measure.name}: no model can be shown. {upper_first(row.reason or 'not known')}.",
            f"It was to take account of {row.covariates}." if row.covariates else "",
            "The figure stands as it is, whoever the patients were.",
        )
    unknown = ""
    if row.not_known:
        unknown = (
            f"Something of it is not known for {number(row.not_known)} of them, who stay in as ‘not known’."
        )
    lacks = f"It does not know of {row.lacks}." if row.lacks else ""
    return sentence(f"{takes} ({people(row.n)}).", unknown, lacks)


def trust(row: Row) -> str:
    """Discrimination and calibration in the months after the baseline (``case_mix_model``)."""
    if not row.fitted:
        return ""
    if row.later_c is None:
        return "There are too few people after the baseline to test the model."
    told = (
        f"In {row.later_words} ({people(row.later_n)}), which it had not seen, it put the person with the "
        f"outcome above the one without in {share(row.later_c)} of "
        f"pairs (c-statistic {number(row.later_c, 2)}{_ends(row.later_c_lower, row.later_c_upper)}; "
        "0.50 is chance)."
    )
    alike = ""
    if row.later_c_lower is not None and row.later_c_lower <= 0.5 <= row.later_c_upper:
        alike = (
            "That takes in 0.50: what the model knows may not tell these people apart, so ‘people like "
            "these’ are little different from all people."
        )
    return sentence(told, alike, _level(row), _slope(row))


def _level(row: Row) -> str:
    if row.level is None:
        return "There are too few with or without the outcome to check its calibration."
    told = f"(calibration in the large {number(row.level, 2)}{_ends(row.level_lower, row.level_upper)})"
    if row.level_lower > 0:
        return f"More had the outcome than it expected {told}."
    if row.level_upper < 0:
        return f"Fewer had the outcome than it expected {told}."
    return f"On the whole as many had the outcome as it expected, within chance {told}."


def _slope(row: Row) -> str:
    if row.slope is None:
        return ""
    told = f"(calibration slope {number(row.slope, 2)}{_ends(row.slope_lower, row.slope_upper)})"
    if row.slope_upper < 1:
        return f"Its expected chances lie too far apart {told}, so read single groups with caution."
    if row.slope_lower > 1:
        return f"Its expected chances lie too close together {told}."
    return f"Its expected chances are neither clearly too far apart nor too close {told}."


def _ends(lower: float | None, upper: float | None) -> str:
    return (
        "" if lower is None or upper is None else f", 95% interval {number(lower, 2)} to {number(upper, 2)}"
    )


def compared(measure: Row, row: Row) -> str:
    """Observed against expected in a period: the finding first (``case_mix_period``)."""
    if not row.shown or row.observed is None or row.difference is None:
        why = {"too few": "too few people to compare", "suppressed": "not shown, to protect people's privacy"}
        return f"{measure.name} in {row.words}: {why.get(row.reason or '', 'not shown')}."
    ends = f"95% interval {number(row.diff_lower)} to {number(row.diff_upper)}"
    return sentence(
        f"{measure.name}: {finding(row)} in {row.words}: {number(row.observed)} against "
        f"{number(row.expected)} ({people(row.n)}, difference {_signed(row.difference)}, {ends}).",
        _ratio(row),
    )


def finding(row: Row) -> str:
    """The comparison in a few words, by the interval of the difference."""
    if row.diff_lower is None or row.diff_upper is None:
        return "too few people to tell"
    if row.diff_lower > 0:
        return "more than expected of people like these"
    return "fewer than expected of people like these" if row.diff_upper < 0 else "as expected, within chance"


def _ratio(row: Row) -> str:
    if row.ratio is None or row.ratio_lower is None or row.ratio_upper is None:
        return ""
    return (
        f"Observed over expected, counting {row.ratio_of}: {number(row.ratio, 2)} "
        f"(95% interval {number(row.ratio_lower, 2)} to {number(row.ratio_upper, 2)})."
    )


def _signed(value: float) -> str:
    text = number(value)
    return f"+{text}" if value > 0 and text.strip("0") else text


def running_alt(measure: Row, months: Sequence[Row]) -> str:
    """Alt text of the running sum (rows of ``case_mix_period``, months in order)."""
    known = [m for m in months if m.cumulative is not None]
    if not known:
        return f"{measure.name}: no month after the baseline can be shown yet."
    last = known[-1]
    outside = [m.words for m in known if m.cumulative_lower > 0 or m.cumulative_upper < 0]
    low, high = min(known, key=lambda m: m.cumulative), max(known, key=lambda m: m.cumulative)
    return sentence(
        f"{measure.name}: running sum of observed less expected over {len(known)} months from "
        f"{known[0].words} to {last.words}. It ends at {_signed(last.cumulative)} people "
        f"(95% interval {number(last.cumulative_lower)} to {number(last.cumulative_upper)}).",
        f"Lowest {_signed(low.cumulative)} in {low.words}, "
        f"highest {_signed(high.cumulative)} in {high.words}.",
        f"The interval leaves out nought in {_months(len(outside))}, first in {outside[0]}."
        if outside
        else "The interval takes in nought in every month.",
    )


def _months(n: int) -> str:
    return f"{n} month{'' if n == 1 else 's'}"


RUNNING = (
    "The line rises in a month with more people with the outcome than expected and falls in one with fewer. "
    "It wanders by chance alone. The band is the 95% interval of each month by itself: over many months it "
    "leaves out nought more often than one time in twenty."
)


def public_note() -> str:
    """Why the public page has no chart by month."""
    return (
        "The running sum by month is shown to the board and the team only: the step from one month to the "
        "next would tell the outcomes of few people."
    )
