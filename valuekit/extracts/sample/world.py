"""The stage on which the services act: the window of months, and rows collected piece by piece.

Inside the generator a moment is a float: days since the window's first midnight. Only
``files.py`` turns it into dates.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from valuekit.extracts.sample.effects import KnownEffects
from valuekit.project import Month

OWN, OTHER_HOSPITAL, COMMUNITY_TRUST = "ZZ1", "ZZ2", "ZZ3C"
"""Provider codes of our own; none is in use."""


@dataclass(frozen=True)
class Window:
    """The months that the extracts cover: `months` of them, the last one `period`."""

    period: Month
    months: int

    @property
    def first(self) -> Month:
        """The first month."""
        return self.period.plus(1 - self.months)

    @property
    def labels(self) -> list[str]:
        """Every month as ``YYYY-MM``, oldest first."""
        return [str(self.first.plus(i)) for i in range(self.months)]

    @property
    def start(self) -> np.datetime64:
        """The first midnight."""
        return np.datetime64(f"{self.first}-01", "D")

    @property
    def days(self) -> int:
        """Length of the window in days."""
        return int(self.month_starts[-1])

    @property
    def month_starts(self) -> np.ndarray:
        """Day on which each month begins, and the day after the last: `months` + 1 whole days."""
        months = np.arange(self.months + 1) + np.datetime64(str(self.first), "M")
        return (months.astype("datetime64[D]") - self.start).astype(int)

    def day(self, when: date) -> int:
        """`when` as days since the start."""
        return int((np.datetime64(when, "D") - self.start).astype(int))

    def month_of(self, moment: np.ndarray) -> np.ndarray:
        """Index of the month in which each moment lies; -1 before the window, `months` after it."""
        return np.searchsorted(self.month_starts, moment, side="right") - 1


class Rows:
    """Columns of one table, added piece by piece and joined once; scalars and defaults are spread."""

    def __init__(self, **defaults: Any):
        self._defaults, self._pieces, self.size = defaults, [], 0

    def add(self, size: int, **columns: Any) -> np.ndarray:
        """Add `size` rows; give back their numbers."""
        unknown = set(columns) - set(self._defaults)
        if unknown:
            raise KeyError(f"no such columns: {sorted(unknown)}")
        filled = {**self._defaults, **columns}
        self._pieces.append(
            {name: np.broadcast_to(np.asarray(value), (size,)) for name, value in filled.items()}
        )
        self.size += size
        return np.arange(self.size - size, self.size)

    def frame(self) -> pd.DataFrame:
        """All rows in the order in which they came."""
        return pd.DataFrame(
            {name: np.concatenate([piece[name] for piece in self._pieces]) for name in self._defaults}
        )


def _people() -> Rows:
    return Rows(began=0.0, birth=0.0, death=np.nan, decile=5, cost_factor=1.0, service="")


def _activity() -> Rows:
    return Rows(
        person=-1,
        activity_type="",
        recipe="",
        start=0.0,
        end=0.0,
        department="",
        spell=-1,
        organisation_code=OWN,
        primary_diagnosis="",
        primary_procedure="",
        treatment_function="",
        hrg="",
        discharge_destination="",
    )


def _outcomes() -> Rows:
    return Rows(
        person=-1,
        service="",
        instrument="",
        time_point="",
        recorded=0.0,
        completed=np.nan,
        value=np.nan,
        items="",
    )


@dataclass
class World:
    """What the services write into. Each draws from a generator of its own, so that none disturbs another."""

    window: Window
    seed: int
    effects: KnownEffects = field(default_factory=KnownEffects)
    people: Rows = field(default_factory=_people)
    activity: Rows = field(default_factory=_activity)
    outcomes: Rows = field(default_factory=_outcomes)
    spells: int = 0

    def rng(self, name: str) -> np.random.Generator:
        """The random generator of the part called `name`."""
        return np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(name.encode())]))

    def contact(
        self, person: np.ndarray, start: np.ndarray, days: Any, keep: Any = None, **columns: Any
    ) -> None:
        """Add one activity for each person (where `keep` holds), from `start` for `days`."""
        chosen = np.ones(len(person), bool) if keep is None else np.broadcast_to(keep, (len(person),))
        spread = {
            name: np.broadcast_to(np.asarray(value), (len(person),))[chosen]
            for name, value in columns.items()
        }
        begin, length = start[chosen], np.broadcast_to(np.asarray(days, float), (len(person),))[chosen]
        self.activity.add(int(chosen.sum()), person=person[chosen], start=begin, end=begin + length, **spread)

    def new_spells(self, size: int) -> np.ndarray:
        """Numbers for `size` new hospital stays."""
        self.spells += size
        return np.arange(self.spells - size, self.spells)


@dataclass(frozen=True)
class Cohort:
    """The people of one service, one pathway each; every array in the same order."""

    person: np.ndarray
    began: np.ndarray
    decile: np.ndarray
    death: np.ndarray

    def __len__(self) -> int:
        return len(self.person)


def arrivals(world: World, rng: np.random.Generator, a_year: float) -> np.ndarray:
    """Moments at which pathways begin: a steady Poisson stream over the window, in order."""
    count = rng.poisson(a_year / 12 * world.window.months)
    return np.sort(rng.uniform(0, world.window.days, count))


def lognormal(rng: np.random.Generator, mean: Any, sigma: float, size: int) -> np.ndarray:
    """Right-skewed positive draws with the given `mean` (`sigma` on the log scale)."""
    return np.asarray(mean) * rng.lognormal(-(sigma**2) / 2, sigma, size)
