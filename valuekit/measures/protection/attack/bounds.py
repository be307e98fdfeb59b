"""What follows from sums whose parts lie between limits: the attacker's linear programmes.

Source: Hundepool and others 2012, Statistical Disclosure Control, chapter 4: the interval that an attacker
can work out for a hidden cell is found by making it as small, and as large, as the published cells allow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Name = Hashable
Terms = Mapping[Name, float]
Sum = tuple[Terms, float, float]


class ImpossibleError(Exception):
    """What is known contradicts itself: the attacker's picture of the tables is wrong."""


TURNS = 12
"""Turns in which every twelfth sum is made large at once, and the others small: months of a year share what
is left of their total, so one of them can have all of it.
"""

LARGER = 10.0
"""How much more it counts in such a turn that a sum is large than that another is small."""


@dataclass(frozen=True)
class Narrow:
    """A sum, by number, and the least and the most that it can be."""

    target: int
    least: float
    most: float


@dataclass(frozen=True)
class System:
    """Unknowns that have to do with each other, and the sums that hold them."""

    names: Sequence[Name]
    limits: NDArray[np.float64]
    sums: Sequence[Sum]

    @cached_property
    def _place(self) -> dict[Name, int]:
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def never_more(self) -> float:
        """More than any amount need be: a limit for those that have none."""
        ends = [end for _, low, high in self.sums for end in (low, high) if np.isfinite(end)]
        return 2 * max(ends, default=0.0) + 100

    @cached_property
    def _held(self) -> list[LinearConstraint]:
        if not self.sums:
            return []
        ends = np.array([[low, high] for _, low, high in self.sums], float).T
        return [LinearConstraint(self.rows([terms for terms, _, _ in self.sums]), *ends)]

    def rows(self, sums: Sequence[Terms]) -> csr_array:
        """Factors of the unknowns (columns) in each sum (rows)."""
        cells = [(row, self._place[n], f) for row, terms in enumerate(sums) for n, f in terms.items()]
        row, column, factor = np.array(cells, float).reshape(-1, 3).T
        shape = (len(sums), len(self.names))
        return csr_array((factor, (row.astype(int), column.astype(int))), shape=shape)

    def least(self, cost: NDArray, *, whole: bool, most: float = np.inf) -> tuple[float, NDArray | None]:
        """The least that a sum with these factors can be, and amounts that make it so.

        No amounts where there is no least, or where the search for whole numbers was cut short.
        """
        ends = Bounds(self.limits[0], np.minimum(self.limits[1], most))
        whole_numbers = np.full(len(self.names), int(whole))
        done = milp(cost, integrality=whole_numbers, bounds=ends, constraints=self._held)
        if done.status == 2:
            raise ImpossibleError
        if done.status == 3:
            return -np.inf, None
        if not done.success:
            raise RuntimeError(done.message)
        if whole and done.mip_gap:
            return float(np.round(done.mip_dual_bound, 6)), None  # what it had proved is the honest bound
        return float(np.round(done.fun, 6)), done.x


@dataclass
class Known:
    """Unknown amounts of nought or more, and sums of them that lie between two limits."""

    limits: dict[Name, tuple[float, float]] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)

    def amount(self, name: Name, low: float = 0, high: float = np.inf) -> Name:
        """An unknown between two limits; told twice, both hold."""
        least, most = self.limits.get(name, (0, np.inf))
        self.limits[name] = (max(least, low), min(most, high))
        return name

    def between(self, terms: Terms | Iterable[Name], low: float, high: float) -> None:
        """A sum of unknowns lies between two limits."""
        terms = _terms(terms)
        for name in terms:
            self.amount(name)
        self.sums.append((terms, low, high))

    def bounds(self, terms: Terms | Iterable[Name], *, whole: bool) -> tuple[float, float]:
        """Least and most that a sum of unknowns can be.

        Parameters
        ----------
        whole
            Whether the unknowns are whole numbers.

        Raises
        ------
        ImpossibleError
            Nothing satisfies what is known.
        """
        terms = _terms(terms)
        system = self._about(terms, self._holding())
        cost = system.rows([terms]).toarray()[0]
        low, high = (sign * system.least(sign * cost, whole=whole)[0] for sign in (1, -1))
        return low, high

    def narrow(self, targets: Sequence[tuple[Hashable, Iterable[Name]]], values: int) -> list[Narrow]:
        """Which sums of whole numbers have fewer than so many values left: one for each label, the first.

        To make each as small and as large as can be takes two programmes a sum. But every solution found
        shows one possible value of all of them, so first many are made small, and large, at once: only those
        that this leaves in doubt are looked at one by one. NaN stands for both ends where what is known of
        a sum contradicts itself.

        Parameters
        ----------
        targets
            The label of each sum, and its unknowns.
        """
        holding, left, found = self._holding(), dict(enumerate(targets)), []
        while left:
            system = self._about(next(iter(left.values()))[1], holding)
            has = set(system.names)
            mine = [i for i, (_, names) in left.items() if has.issuperset(names)]
            try:
                doubtful = _doubtful(system, [left[i] for i in mine], values)
            except ImpossibleError:
                doubtful = [Narrow(0, np.nan, np.nan)]
            found += [Narrow(mine[one.target], one.least, one.most) for one in doubtful]
            left = {i: target for i, target in left.items() if i not in mine}
        return sorted(found, key=lambda one: one.target)

    def _holding(self) -> dict[Name, list[int]]:
        """The numbers of the sums that hold each unknown."""
        holding: dict[Name, list[int]] = defaultdict(list)
        for number, (parts, _, _) in enumerate(self.sums):
            for name in parts:
                holding[name].append(number)
        return holding

    def _about(self, names: Iterable[Name], holding: Mapping[Name, list[int]]) -> System:
        """The unknowns that have anything to do with these, and the sums that hold them."""
        seen, rows = dict.fromkeys(names), {}
        waiting = list(seen)
        while waiting:
            for number in holding.get(waiting.pop(), ()):
                if number not in rows:
                    rows[number] = None
                    new = [name for name in self.sums[number][0] if name not in seen]
                    seen |= dict.fromkeys(new)
                    waiting += new
        limits = np.array([self.limits.get(name, (0, np.inf)) for name in seen], float).T
        return System(list(seen), limits, [self.sums[number] for number in sorted(rows)])


def _doubtful(
    system: System, targets: Sequence[tuple[Hashable, Iterable[Name]]], values: int
) -> list[Narrow]:
    rows = system.rows([_terms(names) for _, names in targets])
    low, high = np.full(len(targets), np.inf), np.full(len(targets), -np.inf)

    def look(cost: NDArray, most: float = np.inf) -> float:
        best, amounts = system.least(cost, whole=True, most=most)
        if amounts is not None:
            possible = np.round(rows @ amounts)
            np.minimum(low, possible, out=low)
            np.maximum(high, possible, out=high)
        return best

    def in_doubt(i: int) -> bool:
        return bool(high[i] - low[i] + 1 < values)

    place = np.arange(len(targets))
    for turn in (None, -1, *range(TURNS)):
        larger = np.ones(len(targets)) if turn is None else np.where(place % TURNS == turn, LARGER, -1.0)
        look(-larger @ rows, system.never_more)
        if not any(map(in_doubt, place)):
            return []
    found: dict[Hashable, Narrow] = {}
    for i, (label, _) in enumerate(targets):
        if label in found or not in_doubt(i):
            continue
        cost = rows[[i]].toarray()[0]
        least = look(cost)
        if in_doubt(i) and (most := -look(-cost)) - least + 1 < values:
            found[label] = Narrow(i, least, most)
    return list(found.values())


def _terms(names: Terms | Iterable[Name]) -> Terms:
    return dict(names) if isinstance(names, Mapping) else dict.fromkeys(names, 1.0)
