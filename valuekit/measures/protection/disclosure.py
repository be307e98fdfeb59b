"""Disclosure control of everything public: from the internal tables to those that anyone may read.

``protect`` is applied to the mart, before any document runs, so that a page, a chart, a sentence or a
download cannot tell what is not there. How each column is protected stands in
:data:`valuekit.measures.protection.declared.DECLARED`; a column without declaration is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valuekit.config import checked, read_yaml
from valuekit.mart import TABLES, conform
from valuekit.measures.protection.declared import DECLARED, check_declared
from valuekit.measures.protection.steps import PARTNER, Work
from valuekit.measures.protection.suppression import Rules, in_safe_words
from valuekit.project import Project

FILE = "disclosure.yml"
RECORD = ("table", "row", "column", "reason")
"""What a step says of a figure that it hides."""


def load_rules(project: Project) -> Rules:
    """The rules in ``data/disclosure.yml``.

    Raises
    ------
    DefinitionError
        The file is not there, or does not say what it must: each fault with its line.
    """
    return checked(read_yaml(project.root / "data" / FILE), Rules)


@dataclass(frozen=True)
class Protected:
    """Tables that may be published, and what was hidden in them."""

    frames: Mapping[str, pd.DataFrame]
    hidden: pd.DataFrame
    """One row a hidden figure: the mart's table ``suppression``, for the disclosure officer only."""


def protected(
    frames: Mapping[str, pd.DataFrame],
    rules: Rules,
    contributions: Mapping[str, pd.DataFrame] | None = None,
) -> Protected:
    """The public tables of `frames`, protected, with a record of what was hidden and why.

    Parameters
    ----------
    frames
        Internal tables by name, as the mart declares them. Tables that are not public are left out.
    contributions
        By table of sums of money: the key columns of its rows, ``patient`` and ``pence``.
        A sum without contributions cannot be checked for dominance and is hidden.

    Raises
    ------
    ValueError
        A public column has no declaration, or a declared one is not there: a fault of valuekit.
    """
    check_declared(TABLES, DECLARED)
    work = Work(rules, frames, contributions or {}, DECLARED)
    for name, declared in DECLARED.items():
        frame = conform(name, frames[name])
        for step in declared.steps:
            frame = step(frame, name, work)
        work.done[name] = conform(name, frame)
    return Protected(work.done, _record(work))


def _record(work: Work) -> pd.DataFrame:
    """The mart's table ``suppression``: a partner is hidden for another's sake, all else for its own."""
    record = pd.DataFrame(work.record, columns=list(RECORD), dtype=object)
    titles = record["table"].map({name: table.title for name, table in TABLES.items()})
    kind = np.where(record["reason"] == PARTNER, "secondary", "primary")
    return conform("suppression", record.assign(title=titles, kind=kind))


def protect(
    frames: Mapping[str, pd.DataFrame],
    rules: Rules,
    contributions: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, pd.DataFrame]:
    """As :func:`protected`, the tables only."""
    return dict(protected(frames, rules, contributions).frames)


def protect_notes(notes: Iterable[str], rules: Rules) -> tuple[str, ...]:
    """Notes on the drop as anyone may read them: counts rounded or ``fewer than 8``, no pounds."""
    return tuple(in_safe_words(note, rules) for note in notes)
