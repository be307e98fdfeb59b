"""What follows from sums whose parts lie between limits: the attacker's linear programmes.

Source: Hundepool and others 2012, Statistical Disclosure Control, chapter 4: the interval that an attacker
can work out for a hidden cell is found by making it as small, and as large, as the published cells allow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

Name = Hashable
Terms = Mapping[Name, float]


class ImpossibleError(Exception):
    """What is known contradicts itself: the attacker's picture of the tables is wrong."""


@dataclass
class Known:
    """Unknown amounts of nought or more, and sums of them that lie between two limits."""

    limits: dict[Name, tuple[float, float]] = field(default_factory=dict)
    sums: list[tuple[Terms, float, float]] = field(default_factory=list)

    def amount(self, name: Name, low: float = 0, high: float = np.inf) -> Name:
        """An unknown between two limits; told twice, both hold."""
        least, most = self.limits.get(name, (0, np.inf))
        self.limits[name] = (max(least, low), min(most, high))
        return name

    def between(self, terms: Terms | Iterable[Name], low: float, high: float) -> None:
        """A sum of unknowns lies between two limits."""
        terms = dict(terms) if isinstance(terms, Mapping) else dict.fromkeys(terms, 1.0)
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
        terms = dict(terms) if isinstance(terms, Mapping) else dict.fromkeys(terms, 1.0)
        names, sums = self._about(terms)
        place = {name: i for i, name in enumerate(names)}
        cost = np.zeros(len(names))
        for name, factor in terms.items():
            cost[place[name]] = factor
        found = []
        for sign in (1, -1):
            value = _least(
                sign * cost, [self.limits.get(n, (0, np.inf)) for n in names], sums, place, whole=whole
            )
            found.append(sign * value)
        return found[0], found[1]

    def _about(self, terms: Terms) -> tuple[list[Name], list[tuple[Terms, float, float]]]:
        """The unknowns that have anything to do with `terms`, and the sums that hold them."""
        holding = defaultdict(list)
        for number, (parts, _, _) in enumerate(self.sums):
            for name in parts:
                holding[name].append(number)
        seen, rows, waiting = set(terms), set(), list(terms)
        while waiting:
            for number in holding[waiting.pop()]:
                if number not in rows:
                    rows.add(number)
                    new = set(self.sums[number][0]) - seen
                    seen |= new
                    waiting += new
        return sorted(seen, key=repr), [self.sums[number] for number in sorted(rows)]


def _least(cost, limits, sums, place, *, whole: bool) -> float:
    low, high = np.array(limits, float).T
    cells = [(row, place[n], f) for row, (parts, _, _) in enumerate(sums) for n, f in parts.items()]
    if cells:
        row, column, factor = (np.array(x) for x in zip(*cells, strict=True))
        matrix = coo_array((factor.astype(float), (row, column)), shape=(len(sums), len(place))).tocsr()
        ends = np.array([[a, b] for _, a, b in sums], float).T
        held = [LinearConstraint(matrix, ends[0], ends[1])]
    else:
        held = []
    done = milp(cost, integrality=np.full(len(place), int(whole)), bounds=Bounds(low, high), constraints=held)
    if done.status == 2:
        raise ImpossibleError
    if done.status == 3:
        return -np.inf
    assert done.success, done.message
    # Where the search for whole numbers was cut short, the bound it had proved is the honest one.
    best = done.mip_dual_bound if whole and done.mip_gap else done.fun
    return float(np.round(best, 6))
