"""What public counts tell of people: each figure is a sum of unknown counts, known to the rounding."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from valuekit.measures.protection.attack.bounds import Known
from valuekit.measures.protection.attack.figures import Figure
from valuekit.measures.protection.suppression import Rules

WITH, WITHOUT, NOT_KNOWN = PARTS = ("with", "without", "not known")
"""Everybody eligible has the outcome, has it not, or is not known."""

Who = tuple[str, str]
"""A service, and who of it is counted: a measure, or ``pathways``."""


@dataclass(frozen=True)
class Rounding:
    """The published rule: counts below `smallest` are hidden, others are to the nearest `base`."""

    smallest: int
    base: int

    @staticmethod
    def of(rules: Rules) -> Rounding:
        """As the rules in ``data/disclosure.yml`` say."""
        return Rounding(rules.smallest_count, rules.round_counts_to)

    def behind(self, shown: float) -> tuple[float, float]:
        """Least and most true count behind one that is shown."""
        if shown == 0:
            return 0, 0
        return max(self.smallest, math.ceil(shown - self.base / 2)), math.ceil(shown + self.base / 2) - 1


@dataclass(frozen=True)
class Target:
    """A hidden count: where it stood, whose, the unknowns that it is the sum of, and what it truly is."""

    release: str
    table: str
    row: str
    column: str
    who: Who
    parts: tuple
    true: float

    @property
    def where(self) -> str:
        """The place in words."""
        return f"{self.release} {self.table}: {self.row}, {self.column}"


@dataclass
class Counting:
    """Reads figures of one or more releases into one picture of what is known.

    Attributes
    ----------
    pieces
        By service and people: the months at which time is cut, wherever a window begins or ends. By kind of
        group too, such as fifths, of which fewer windows are told: it need not be cut finer than these.
    blurred
        Tables and people of whom counts of 0 are hidden as well: a hidden count there may be 0.
    """

    rounding: Rounding
    known: Known
    pieces: dict[tuple[str, ...], list[int]]
    blurred: set[tuple[str, Who]] = field(default_factory=set)

    @staticmethod
    def of(figures: Iterable[Figure], rounding: Rounding) -> Counting:
        """With time cut wherever a window of a measure begins or ends, in any release."""
        cuts = defaultdict(set)
        for f in figures:
            for people in (f.people, *f.whole, *f.within):
                cuts[f.service, people] |= {f.months[0], f.months[1] + 1}
            if f.group:
                cuts[(*f.who, f.group[0])] |= {f.months[0], f.months[1] + 1}
        return Counting(rounding, Known(), {key: sorted(c) for key, c in cuts.items()})

    def read(self, release: str, shown: Iterable[Figure], true: Iterable[Figure]) -> list[Target]:
        """Take in one release; returns the counts that it hides."""
        truth, shown = {(f.table, f.row): f for f in true}, list(shown)
        pairs = [(f, truth[f.table, f.row]) for f in shown]
        self.blurred = {(f.table, f.who) for f, t in pairs if _hides_none(f, t)}
        groups: dict[tuple, set] = defaultdict(set)
        for f in shown:
            for part in PARTS if f.group else ():
                for name in self._atoms(release, f, part):
                    groups[(*name[:5], f.group[0])].add(name)
        for (_, service, people, at, part, kind), names in groups.items():
            # The parts of a whole, and those of whom the group is not known.
            after = next(cut for cut in self.pieces[service, people, kind] if cut > at)
            whole = self._between((release, service, people), part, at, after)
            rest = (release, service, people, at, part, kind, "others")
            self.known.between(dict.fromkeys([*names, rest], 1.0) | dict.fromkeys(whole, -1.0), 0, 0)
        return [target for f, t in pairs for target in self._figure(release, f, t)]

    def _atoms(self, release: str, f: Figure, part: str, people: str = "") -> list[tuple]:
        """The unknown counts that a figure sums up: one for each piece of its months."""
        group = () if people or not f.group else f.group
        of = (release, f.service, people or f.people)
        return self._between(of, part, f.months[0], f.months[1] + 1, *group)

    def _between(self, of: tuple[str, str, str], part: str, first: int, after: int, *group: object) -> list:
        cuts = self.pieces[(*of[1:], *group[:1])]
        return [(*of, at, part, *group) for at in cuts if first <= at < after]

    def _figure(self, release: str, f: Figure, true: Figure) -> Iterator[Target]:
        sides = {part: self._atoms(release, f, part) for part in PARTS}
        people = sides[WITH] + sides[WITHOUT]
        for other in f.whole:
            theirs = [n for part in (WITH, WITHOUT) for n in self._atoms(release, f, part, other)]
            self.known.between({**dict.fromkeys(people, 1.0), **dict.fromkeys(theirs, -1.0)}, 0, 0)
        for other in f.within:
            theirs = self._atoms(release, f, WITH, other)
            more = {**dict.fromkeys(theirs, 1.0), **dict.fromkeys(sides[WITH], -1.0)}
            self.known.between(more, 0, math.inf)
        place = (release, f.table, f.row)
        yield from self._count(f, (*place, "n"), people, f.n, true.n)
        everybody = people + sides[NOT_KNOWN]
        yield from self._count(f, (*place, "eligible"), everybody, f.eligible, true.eligible)
        if not f.is_share or math.isnan(true.events):
            return
        if not math.isnan(f.events):
            self._share(sides, f)
            return
        small = sorted(((true.events, WITH), (true.n - true.events, WITHOUT)), key=lambda pair: pair[0])
        few = [(count, side) for count, side in small if self._is_few(count)]
        for count, side in few:
            yield Target(*place, f"{side} the outcome", f.who, tuple(sides[side]), count)
        if few:
            # That both sides are small nobody outside can know: one of them is why the share is hidden.
            self.known.between(sides[few[0][1]], *self._few(f))

    def _is_few(self, count: float) -> bool:
        return 0 < count < self.rounding.smallest

    def _few(self, f: Figure) -> tuple[int, int]:
        """What a hidden count may be."""
        return int((f.table, f.who) not in self.blurred), self.rounding.smallest - 1

    def _count(
        self, f: Figure, place: tuple[str, ...], names: list, shown: float, true: float
    ) -> Iterator[Target]:
        if not math.isnan(shown):
            self.known.between(names, *self.rounding.behind(shown))
        elif self._is_few(true):
            self.known.between(names, *self._few(f))
            yield Target(*place, f.who, tuple(names), true)
        elif not math.isnan(true) and true > 0 and place[-1] == "n":
            self.known.between(names, self.rounding.smallest, math.inf)  # a partner

    def _share(self, sides: dict[str, list], f: Figure) -> None:
        """The outcome's people are rounded too; those without it are none, or as many as may be told."""
        low, high = self.rounding.behind(f.events)
        if f.events == f.n:
            high = self.rounding.behind(f.n)[1]
            low = self.rounding.behind(f.n)[0]
            self.known.between(sides[WITHOUT], 0, 0)
        else:
            self.known.between(sides[WITHOUT], self.rounding.smallest, math.inf)
        self.known.between(sides[WITH], low, high)


def _hides_none(f: Figure, true: Figure) -> bool:
    """Whether a count of 0 that is true is not shown."""
    pairs = [(f.n, true.n), (f.eligible, true.eligible)]
    if f.is_share and true.n > 0 and not math.isnan(f.n):
        pairs += [(f.events, true.events), (f.events, true.n - true.events)]
    return any(of == 0 and math.isnan(seen) for seen, of in pairs)


def cannot_shrink(known: Known, earlier: str, later: str) -> None:
    """Late rows add people to a past month: nobody who was counted before is gone in the later release."""
    names = [n for n in known.limits if isinstance(n, tuple) and n[0] == earlier and len(n) == 5]
    for name in names:
        other = (later, *name[1:])
        if other in known.limits and name[4] != NOT_KNOWN:
            known.between({other: 1.0, name: -1.0}, 0, math.inf)
