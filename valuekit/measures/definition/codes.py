"""Code lists of the schemas, as definitions are held to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from valuekit.config import nearest
from valuekit.errors import Problem

Codes = Mapping[str, Mapping[str, str]]
"""List name or ``extract.column`` → {code: label}, from the schemas."""


def unknown(value: str, codes: Codes, name: str, what: str, where: str) -> Iterator[Problem]:
    """A fault where the list `name` is known and `value` is not in it; `what` says of which kind it is."""
    if name in codes and value not in codes[name]:
        yield Problem(f"unknown {what} '{value}'", where, do=nearest(value, list(codes[name])))


def score_range(label: str) -> tuple[float, float] | None:
    """Lowest and highest score of an instrument, from its label: ``GAD-7 anxiety score (0 to 21, …)``.

    None where the label does not say.
    """
    found = re.search(r"\((-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)", label)
    return (float(found[1]), float(found[2])) if found else None
