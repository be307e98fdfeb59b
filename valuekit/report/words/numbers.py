"""Numbers, months and lists as they are written in Britain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

MISSING = "not known"
"""What is written for a figure that is not there."""


def number(value: float | None, decimals: int = 0) -> str:
    """``12,300``, ``−0.31``; :data:`MISSING` for nothing."""
    if value is None or value != value:
        return MISSING
    text = f"{abs(value):,.{decimals}f}"
    return f"−{text}" if value < 0 and text.strip("0.,") else text


def amount(value: float | None, unit: str, decimals: int = 0) -> str:
    """A figure with its unit: ``54.2%``, ``£12,300``, ``9.1 days``, ``0.71``."""
    text = number(value, decimals)
    if text == MISSING:
        return text
    if unit == "%":
        return f"{text}%"
    if unit == "£":
        return f"−£{text[1:]}" if text.startswith("−") else f"£{text}"
    if unit == "days":
        return f"{text} day" if text == "1" else f"{text} days"
    return text


def pounds(value: float | None, decimals: int = 0) -> str:
    """``£12,300``."""
    return amount(value, "£", decimals)


def difference(value: float | None, unit: str, decimals: int = 0) -> str:
    """The size of a difference: ``4.1 percentage points``, ``£430``."""
    if value is None or value != value:
        return MISSING
    if unit == "%":
        text = number(abs(value), decimals)
        return f"{text} percentage point{'' if text in ('1', '1.0') else 's'}"
    return amount(abs(value), unit, decimals)


def share(value: float | None, decimals: int = 0) -> str:
    """A share from 0 to 1 in per cent; never rounded up to all or down to none."""
    if value is None or value != value:
        return MISSING
    step = 10**-decimals
    if 0 < value * 100 < step / 2:
        return f"under {number(step, decimals)}%"
    if 100 - step / 2 <= value * 100 < 100:
        return f"over {number(100 - step, decimals)}%"
    return f"{number(value * 100, decimals)}%"


def interval(lower: float | None, upper: float | None, unit: str, decimals: int = 0) -> str:
    """``95% interval 49.1% to 56.2%``; empty where an end is missing."""
    ends = (number(lower, decimals), number(upper, decimals))
    if MISSING in ends:
        return ""
    if unit == "days":
        return f"95% interval {ends[0]} to {ends[1]} days"
    return f"95% interval {amount(lower, unit, decimals)} to {amount(upper, unit, decimals)}"


def people(n: int | None) -> str:
    """``n = 812``."""
    return "n not known" if n is None else f"n = {int(n):,}"


def evidence(n: int | None, lower: float | None, upper: float | None, unit: str, decimals: int = 0) -> str:
    """What stands in brackets beside a figure: ``n = 812, 95% interval 49.1% to 56.2%``."""
    return ", ".join(part for part in (people(n), interval(lower, upper, unit, decimals)) if part)


def listed(parts: Sequence[str], word: str = "and") -> str:
    """``a, b and c``."""
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def day(value: date | None) -> str:
    """``1 March 2025``."""
    return MISSING if value is None else f"{value.day} {value:%B %Y}"


def month(value: date | None) -> str:
    """``March 2025``."""
    return MISSING if value is None else f"{value:%B %Y}"


def lower_first(text: str) -> str:
    """`text` to stand inside a sentence: a capital goes, unless the word is an acronym such as EQ-5D."""
    plain_word = text[1:2].islower() or text.startswith("A ")
    return text[:1].lower() + text[1:] if plain_word else text


def upper_first(text: str) -> str:
    """`text` to stand at the head of a sentence."""
    return text[:1].upper() + text[1:]


def sentence(*parts: str) -> str:
    """Parts joined by single spaces; empty ones fall out."""
    return " ".join(" ".join(part for part in parts if part).split())
