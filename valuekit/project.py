"""Where things are, and which month is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from valuekit.errors import Problem, ValuekitError

AUDIENCES = ("public", "board", "clinical")
"""Who reads: anyone; the trust's board; a service's own clinical team."""

WITHIN_A_PUBLISH = "VALUEKIT_WITHIN_A_PUBLISH"
"""Set for the programs that a publish starts: what they do is done under its lock."""


MANY_SERVICES = 8
"""Services whose figures are sooner worked out side by side: what workers import first takes seconds."""


@dataclass(frozen=True)
class Project:
    """A checkout: every path that valuekit reads or writes hangs from `root`."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """The project that `start` (default: the current folder) lies in.

        Raises
        ------
        ValuekitError
            No folder from `start` upwards holds a ``_quarto.yml``.
        """
        start = (start or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if (folder / "_quarto.yml").is_file():
                return cls(folder)
        raise ValuekitError(
            Problem(
                "this is not a valuekit project",
                str(start),
                "no _quarto.yml here or above",
                "Change to the project's folder.",
            )
        )

    @property
    def extracts(self) -> Path:
        """The month's drop."""
        return self.root / "data" / "extracts"

    @property
    def services(self) -> Path:
        """Service definitions, one YAML file each."""
        return self.root / "data" / "services"

    @property
    def has_many_services(self) -> bool:
        """Whether the figures of the services are worked out side by side."""
        return len(list(self.services.glob("*.yml"))) >= MANY_SERVICES

    @property
    def reference(self) -> Path:
        """Value sets and look-ups."""
        return self.root / "data" / "reference"

    @property
    def schemas(self) -> Path:
        """One YAML schema per extract."""
        return self.root / "schemas"

    @property
    def reports(self) -> Path:
        """The documents."""
        return self.root / "reports"

    @property
    def build(self) -> Path:
        """What ``valuekit build`` makes; safe to delete."""
        return self.root / "_build"

    @property
    def store(self) -> Path:
        """Validated, pseudonymised extracts as Parquet."""
        return self.build / "store"

    @property
    def imported(self) -> Path:
        """Large files that have been read once: kept from build to build, safe to delete."""
        return self.root / "_store"

    @property
    def mart(self) -> Path:
        """The mart, one folder per audience."""
        return self.build / "mart"

    @property
    def site(self) -> Path:
        """The public website."""
        return self.root / "_site"

    @property
    def packs(self) -> Path:
        """The internal PDFs."""
        return self.root / "_packs"

    @property
    def state(self) -> Path:
        """What runs remember for the next one. Not in ``_build``, which each build replaces as a whole."""
        return self.root / "_site.state"

    @property
    def cache(self) -> Path:
        """What was made before, by content; safe to delete at any time."""
        return self.state / "cache"

    @property
    def releases(self) -> Path:
        """What each published month said: kept, so that changes can be shown."""
        return self.root / "_releases"


_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, written ``2026-10``."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """``2026-10`` as a month; `ValuekitError` for anything else."""
        found = _MONTH.match(text or "")
        if not found:
            raise ValuekitError(
                Problem(f"'{text}' is not a month", do="Write it as YYYY-MM, for example 2026-10.")
            )
        return cls(int(found[1]), int(found[2]))

    def plus(self, months: int) -> Month:
        """The month that is `months` later."""
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def words(self) -> str:
        """``October 2026``."""
        names = "January February March April May June July August September October November December"
        return f"{names.split()[self.month - 1]} {self.year}"
