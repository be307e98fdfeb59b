"""Sums of money in linked tables: which to hide besides, so that none can be worked out from the other table.

A service's cost is told twice: by stage and resource, and by department. Both are sums of the same finest
cells (stage, resource, department). Where the pharmacy buys nothing but drugs, what the pharmacy costs less
the drugs that are shown is the drugs that are hidden. So the two tables are protected as one.

What an outsider can work out is found as Hundepool and others 2012 (Statistical Disclosure Control, chapter
4) say: each hidden sum is made as small, and as large, as the shown ones allow. Which further sums to hide is
the cell suppression problem, which has no quick exact answer. Here the one that loses least money and makes
all safe is taken; where no single one does, the smallest that is linked to an unsafe sum, and again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog

from valuekit.measures.parts import Rows, rows_by
from valuekit.measures.protection import suppression as sdc
from valuekit.measures.protection.steps import FEW_HOLD, PARTNER, Work, _floats, _none_if_0
from valuekit.measures.protection.suppression import Rules

KEYS = {"stage_cost": ("stage", "resource"), "department_cost": ("department",)}
"""The linked tables, and the columns that tell the sums of a service apart."""

HELD = "held"
"""Beside them: who holds how much of each finest cell."""

FINEST = ("stage", "resource", "department")
"""Columns that tell the finest cells apart; both tables are sums over some of them."""


@dataclass(frozen=True)
class Sums:
    """The published sums of one service, as sums of finest cells.

    Attributes
    ----------
    of
        Which finest cells (columns) each published sum (row) adds up.
    pence
        What each patient (column) holds of each finest cell (row).
    table
        Number of the table in which each published sum stands.
    pathways
        Among how many pathways the pounds are divided before they are rounded.
    """

    of: NDArray[np.bool_]
    pence: NDArray[np.float64]
    table: NDArray[np.int64]
    pathways: float

    @property
    def size(self) -> NDArray[np.float64]:
        """Pence of each published sum."""
        return self.of @ self.pence.sum(axis=1)

    def dominated(self, row: int, rules: Rules) -> bool:
        """Whether few people hold a published sum."""
        return bool(self.size[row]) and sdc.is_dominated(self.pence[self.of[row]].sum(axis=0), rules)

    def possible(self, row: int, hidden: NDArray[np.bool_], rules: Rules) -> tuple[float, float]:
        """Least and most pence that a hidden sum may be, for one who adds up all that is shown."""
        held = self.pence.sum(axis=1)
        shown, size = self.of[~hidden].astype(float), self.size[~hidden]
        off = rules.round_money.per_pathway * 50 * self.pathways
        # Credits are the only amounts below nought; an outsider may know which there are.
        ends = [(min(0.0, 2 * amount), None) for amount in held]
        cost = self.of[row].astype(float)
        limits = {"A_ub": np.vstack([shown, -shown]), "b_ub": np.r_[size + off, off - size]}
        if not len(shown):
            limits = {}
        found = [linprog(sign * cost, **limits, bounds=ends, method="highs") for sign in (1, -1)]
        least, most = (
            sign * x.fun if x.status == 0 else -sign * np.inf for sign, x in zip((1, -1), found, strict=True)
        )
        return float(least), float(most)

    def is_safe(self, row: int, hidden: NDArray[np.bool_], rules: Rules) -> bool:
        """Whether a hidden sum may be as much less, and as much more, as the rule asks."""
        least, most = self.possible(row, hidden, rules)
        size, margin = self.size[row], rules.protection.money * abs(self.size[row])
        return least <= size - margin and most >= size + margin


def sums_of(tables: Mapping[str, pd.DataFrame], held: pd.DataFrame, pathways: float) -> Sums:
    """The sums of the linked tables of one service, one after the other, with who holds them.

    Parameters
    ----------
    tables
        Rows of one service, by table.
    held
        ``stage``, ``resource``, ``department``, ``patient``, ``pence``.
    """
    people = held.pivot_table(
        index=list(FINEST), columns="patient", values="pence", aggfunc="sum", fill_value=0, observed=True
    )
    finest = people.index.to_frame(index=False)
    rows = [
        np.logical_and.reduce([(finest[key] == row[key]).to_numpy() for key in KEYS[name]])
        for name, frame in tables.items()
        for row in frame[list(KEYS[name])].to_dict("records")
    ]
    table = np.repeat(range(len(tables)), [len(frame) for frame in tables.values()])
    return Sums(np.array(rows, bool).reshape(-1, len(finest)), people.to_numpy(float), table, pathways)


def hidden_sums(sums: Sums, rules: Rules) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Sums that few people hold, and those to hide with them."""
    own = np.array([sums.dominated(row, rules) for row in range(len(sums.of))], bool)
    hidden = own.copy()
    if not own.any():
        return own, hidden & ~own
    order = [row for row in np.argsort(np.abs(sums.size), kind="stable") if sums.size[row]]
    while unsafe := _unsafe(sums, own, hidden, rules):
        left = [row for row in order if not hidden[row]]
        if not left:
            break
        linked = [row for row in left if _shares_a_sum(sums, row, unsafe, hidden)] or left
        alone = (row for row in linked if not _unsafe(sums, own, _with(hidden, row), rules))
        hidden = _with(hidden, next(alone, linked[0]))
    return own, hidden & ~own


def _with(hidden: NDArray[np.bool_], row: int) -> NDArray[np.bool_]:
    more = hidden.copy()
    more[row] = True
    return more


def _unsafe(sums: Sums, own: NDArray[np.bool_], hidden: NDArray[np.bool_], rules: Rules) -> list[int]:
    """Sums that few hold and that can be worked out too closely: alone, or all that a table hides as one."""
    rows = np.flatnonzero(own)
    for table in np.unique(sums.table[hidden]):
        together = sums.pence[sums.of[hidden & (sums.table == table)].any(axis=0)].sum(axis=0)
        if sdc.is_dominated(together, rules):
            return rows[sums.table[rows] == table].tolist() or rows.tolist()
    return [int(row) for row in rows if not sums.is_safe(row, hidden, rules)]


def _shares_a_sum(sums: Sums, row: int, unsafe: Sequence[int], hidden: NDArray[np.bool_]) -> bool:
    """Whether some sum that is shown adds up cells of `row` and of an unsafe sum, or `row` is that sum."""
    target = sums.of[list(unsafe)].any(axis=0)
    meeting = ~hidden & (sums.of & target).any(axis=1)
    if meeting[row]:
        return True
    return bool((sums.of[meeting] & sums.of[row]).any())


def sums_of_money(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Step for ``amount`` and ``per_pathway`` of the linked tables.

    The pounds for each pathway are rounded, and the amount is they × the rounded number of pathways: the two
    together tell no more than the rounded number.
    """
    n = work.frames["cost_summary"].set_index("service")["n"]
    hidden, partner = np.zeros(len(frame), bool), np.zeros(len(frame), bool)
    given = work.contributions.get(table)
    for service, rows in frame.groupby("service", sort=False):
        place = frame.index.get_indexer(rows.index)
        if given is None:
            hidden[place] = True
            continue
        own, more = _of_service(str(service), n[service], given, work)[table]
        hidden[place], partner[place] = own, more
    work.note(frame, table, hidden, "amount", FEW_HOLD)
    work.note(frame, table, partner, "amount", PARTNER)
    people = frame["service"].map(n).to_numpy(float, na_value=np.nan)
    money, out = work.rules.round_money, hidden | partner
    each = sdc.to_nearest(_floats(frame["amount"]) / _none_if_0(people), money.per_pathway)
    total = sdc.to_nearest(each * sdc.counts(people, work.rules), money.total)
    return frame.assign(
        per_pathway=np.where(out, np.nan, each),
        amount=np.where(out, np.nan, total),
        shown=frame["shown"] & ~out,
    )


Hidden = dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]
"""By table: which rows few people hold, and which are hidden with them."""


def _looked_up(held: pd.DataFrame, work: Work) -> dict[str, Rows]:
    """Rows of the linked tables, and of who holds what, by service; found once for all services."""
    if "rows by service" not in work.kept:
        frames = {HELD: held, **{name: work.frames[name] for name in KEYS}}
        work.kept["rows by service"] = {name: rows_by(frame, "service") for name, frame in frames.items()}
    return work.kept["rows by service"]


def _of_service(service: str, n: object, held: pd.DataFrame, work: Work) -> Hidden:
    """What to hide in each linked table of one service; both tables are looked at together, once."""
    found = work.kept.setdefault("linked sums of money", {})
    if service not in found:
        tables = {name: rows([service]) for name, rows in _looked_up(held, work).items()}
        held = tables.pop(HELD)
        # Where even the number of pathways is hidden, there are at least as many as people.
        sums = sums_of(tables, held, float(held["patient"].nunique() if pd.isna(n) else n))
        own, more = hidden_sums(sums, work.rules)
        found[service] = {
            name: (own[sums.table == i], more[sums.table == i]) for i, name in enumerate(tables)
        }
    return found[service]
