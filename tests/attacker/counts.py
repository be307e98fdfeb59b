"""What public counts tell of people: each figure is a sum of unknown counts, known to the rounding."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from attacker.bounds import Known
from attacker.figures import Figure

PARTS = ("with", "without", "not known")
"""Everybody eligible has the outcome, has it not, or is not known."""


@dataclass(frozen=True)
class Rounding:
    """The published rule: counts below `smallest` are hidden, others are to the nearest `base`."""

    smallest: int
    base: int

    def behind(self, shown: float) -> tuple[float, float]:
        """Least and most true count behind one that is shown."""
        if shown == 0:
            return 0, 0
        return max(self.smallest, math.ceil(shown - self.base / 2)), math.ceil(shown + self.base / 2) - 1

    @property
    def few(self) -> tuple[int, int]:
        """What a hidden count may be."""
        return 1, self.smallest - 1


@dataclass(frozen=True)
class Target:
    """A hidden count: where it stood, the unknowns that it is the sum of, and what it truly is."""

    where: str
    parts: tuple
    true: float


@dataclass
class Counting:
    """Reads figures of one or more releases into one picture of what is known."""

    rounding: Rounding
    known: Known
    segments: dict[tuple[str, str], list[int]]

    @staticmethod
    def of(figures: Iterable[Figure], rounding: Rounding) -> Counting:
        """With time cut wherever a window of a measure begins or ends, in any release."""
        cuts = defaultdict(set)
        for f in figures:
            cuts[f.service, f.people] |= {f.months[0], f.months[1] + 1}
        return Counting(rounding, Known(), {key: sorted(c) for key, c in cuts.items()})

    def atoms(self, release: str, f: Figure, part: str) -> list[tuple]:
        """The unknown counts that a figure sums up: one for each piece of its months."""
        first, after = f.months[0], f.months[1] + 1
        pieces = [at for at in self.segments[f.service, f.people] if first <= at < after]
        found = []
        for at in pieces:
            whole = (release, f.service, f.people, at, part)
            found.append((*whole, *(f.group or ())))
        return found

    def read(self, release: str, shown: list[Figure], true: list[Figure]) -> list[Target]:
        """Take in one release; returns the counts that it hides."""
        found: list[Target] = []
        groups: dict[tuple, set] = defaultdict(set)
        truth = {(f.table, f.row): f for f in true}
        for f in shown:
            if f.group:
                for part in PARTS:
                    for name in self.atoms(release, f, part):
                        groups[(*name[:5], f.group[0])].add(name)
            found += self._figure(release, f, truth[f.table, f.row])
        for key, names in groups.items():
            # The parts of a whole, and those of whom the group is not known.
            rest = (*key, "others")
            self.known.between({**dict.fromkeys(names, 1.0), rest: 1.0, key[:5]: -1.0}, 0, 0)
        return found

    def _figure(self, release: str, f: Figure, true: Figure) -> Iterator[Target]:
        sides = {part: self.atoms(release, f, part) for part in PARTS}
        people = sides["with"] + sides["without"]
        where = f"{release} {f.table}: {f.row}"
        yield from self._count(f"{where}, n", people, f.n, true.n)
        yield from self._count(f"{where}, eligible", people + sides["not known"], f.eligible, true.eligible)
        if not f.is_share or math.isnan(true.events):
            return
        without = true.n - true.events
        if not math.isnan(f.events):
            self._share(sides, f)
            return
        small = [(s, c) for s, c in (("with", true.events), ("without", without)) if self._is_few(c)]
        for side, count in small:
            self.known.between(sides[side], *self.rounding.few)
            yield Target(f"{where}, {side} the outcome", tuple(sides[side]), count)

    def _is_few(self, count: float) -> bool:
        return 0 < count < self.rounding.smallest

    def _count(self, where: str, names: list, shown: float, true: float) -> Iterator[Target]:
        if not math.isnan(shown):
            self.known.between(names, *self.rounding.behind(shown))
        elif self._is_few(true):
            self.known.between(names, *self.rounding.few)
            yield Target(where, tuple(names), true)
        elif not math.isnan(true) and true > 0 and where.endswith(", n"):
            self.known.between(names, self.rounding.smallest, math.inf)  # a partner

    def _share(self, sides: dict[str, list], f: Figure) -> None:
        """The outcome's people are rounded too; those without it are none, or as many as may be told."""
        low, high = self.rounding.behind(f.events)
        if f.events == f.n:
            high = self.rounding.behind(f.n)[1]
            low = self.rounding.behind(f.n)[0]
            self.known.between(sides["without"], 0, 0)
        else:
            self.known.between(sides["without"], self.rounding.smallest, math.inf)
        self.known.between(sides["with"], low, high)


def cannot_shrink(known: Known, earlier: str, later: str) -> None:
    """Late rows add people to a past month: nobody who was counted before is gone in the later release."""
    names = [n for n in known.limits if isinstance(n, tuple) and n[0] == earlier and len(n) == 5]
    for name in names:
        other = (later, *name[1:])
        if other in known.limits and name[4] != "not known":
            known.between({other: 1.0, name: -1.0}, 0, math.inf)
