"""Disclosure control of everything public: from the internal tables to those that anyone may read.

``protect`` is applied to the mart, before any document runs, so that a page, a chart, a sentence or a
download cannot tell what is not there. How each column is protected stands in
:data:`valuekit.measures.protection.declared.DECLARED`; a column without declaration is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from valuekit.config import checked, read_yaml
from valuekit.errors import DefinitionError, Problem
from valuekit.mart import TABLES, conform
from valuekit.measures.protection.attack import WorkedOut, worked_out
from valuekit.measures.protection.declared import DECLARED, check_declared
from valuekit.measures.protection.steps import NOT_ATTACKED, PARTNER, Work
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
    outcome_of: Mapping[str, str] | None = None,
) -> Protected:
    """The public tables of `frames`, protected, with a record of what was hidden and why.

    What is hidden is then attacked with all that is shown. Where a hidden count is left too few values, since
    its neighbours are 0 and the total is small, counts of 0 of the same people are hidden as well: nobody
    is then told from few. Where that is not enough, nothing is published.

    Parameters
    ----------
    frames
        Internal tables by name, as the mart declares them. Tables that are not public are left out.
    contributions
        By table of sums of money: the key columns of its rows, ``patient`` and ``pence``.
        A sum without contributions cannot be checked for dominance and is hidden.
    outcome_of
        The measure behind each service's value.

    Raises
    ------
    DefinitionError
        A hidden count could be worked out from what is shown.
    ValueError
        A public column has no declaration, or a declared one is not there: a fault of valuekit.
    """
    check_declared(TABLES, DECLARED)
    true = {name: conform(name, frames[name]) for name in DECLARED}
    work = Work(rules, frames, contributions or {}, DECLARED)
    while True:
        for name, declared in DECLARED.items():
            frame = true[name]
            for step in declared.steps:
                frame = step(frame, name, work)
            work.done[name] = conform(name, frame)
        all_found = worked_out(work.done, true, rules, outcome_of)
        found = [one for one in all_found if one.attacked]
        if not found:
            left = ((one.target.table, one.target.row, one.target.column) for one in all_found)
            work.record += [(*place, NOT_ATTACKED) for place in left]
            return Protected(work.done, _record(work))
        people = {one.target.who for one in found}
        if people <= work.blurred:
            raise DefinitionError(_not_safe(found, rules))
        work = replace(work, done={}, record=[], blurred=work.blurred | people)


def _not_safe(found: Iterable[WorkedOut], rules: Rules) -> list[Problem]:
    """One fault for each measure of which a hidden count can be worked out; no number of people in it."""
    first = {one.target.who: one.target for one in found}
    return [
        Problem(
            f"a hidden count of '{people}' could be worked out from the public tables",
            f"{FILE}, service '{service}'",
            f"fewer than {rules.protection.counts} values are left to it in '{target.table}'",
            "Show the measure by a longer 'public_interval', or take it out of what is public",
        )
        for (service, people), target in first.items()
    ]


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
    outcome_of: Mapping[str, str] | None = None,
) -> dict[str, pd.DataFrame]:
    """As :func:`protected`, the tables only."""
    return dict(protected(frames, rules, contributions, outcome_of).frames)


def protect_notes(notes: Iterable[str], rules: Rules) -> tuple[str, ...]:
    """Notes on the drop as anyone may read them: counts rounded or ``fewer than 8``, no pounds."""
    return tuple(in_safe_words(note, rules) for note in notes)
