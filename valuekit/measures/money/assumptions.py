"""What is declared beside the services: the programme's sums, segments of patients, expected need.

``data/programme.yml``, ``data/segments.yml`` and ``data/reference/population_by_fifth.csv``. A project
without one of them has the programme's sums with the Green Book's rate, no segments, or no need.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import Field, model_validator

from valuekit.config import Settings, Words, checked, read_yaml
from valuekit.errors import DefinitionError, Problem
from valuekit.measures.money.programme import Assumed
from valuekit.measures.reference import read_reference
from valuekit.project import Project

Count = Annotated[int, Field(ge=1)]
FIFTHS = (1, 2, 3, 4, 5)
NEED = ("service", "fifth", "adults", "expected_per_100000", "source")
"""Columns of ``population_by_fifth.csv``."""


class Bands(Settings):
    """From how much use of hospital care a person belongs; any one of them is enough."""

    bed_days: Count | None = None
    emergency_contacts: Count | None = None
    long_term_conditions: Count | None = None

    @property
    def given(self) -> dict[str, int]:
        """The bands that are declared."""
        return {name: value for name, value in self if value is not None}


class Segment(Settings):
    """One group of patients."""

    segment: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Words
    bands: Annotated[Bands, Field(alias="from")] = Bands()


class Condition(Settings):
    """A long-term condition and how its ICD-10 codes begin."""

    name: Words
    diagnoses: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Z]\d{0,2}[0-9X]?$")], ...], Field(min_length=1)
    ]


class Segments(Settings):
    """``data/segments.yml``: segments in order, and what counts as a long-term condition."""

    segments: tuple[Segment, ...] = ()
    long_term_conditions: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _everybody_has_one_place(self) -> Segments:
        names = [s.segment for s in self.segments]
        if len(set(names)) < len(names):
            raise ValueError("two segments have one identifier")
        if self.segments and self.segments[-1].bands.given:
            raise ValueError("the last segment holds everybody else, so it may not have a band")
        if any(not s.bands.given for s in self.segments[:-1]):
            raise ValueError(
                "each segment but the last needs a band; otherwise nobody reaches those after it"
            )
        return self


@dataclass(frozen=True)
class Assumptions:
    """All that is declared beside the services."""

    programme: Assumed = field(default_factory=Assumed)
    segments: Segments = field(default_factory=Segments)
    need: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(NEED)))
    """One row a service and fifth: adults, and people a year for each 100,000 of them who are expected to
    need the pathway."""


def load_assumptions(project: Project) -> Assumptions:
    """Read the three files.

    Raises
    ------
    DefinitionError
        Every fault of each file with its line.
    """
    data = project.root / "data"
    problems: list[Problem] = []
    made: dict[str, object] = {}
    for name, model in (("programme", Assumed), ("segments", Segments)):
        file = data / f"{name}.yml"
        if not file.is_file():
            continue
        try:
            made[name] = checked(read_yaml(file), model)
        except DefinitionError as error:
            problems += error.problems
    file = project.reference / "population_by_fifth.csv"
    if file.is_file():
        try:
            made["need"] = read_need(file)
        except DefinitionError as error:
            problems += error.problems
    if problems:
        raise DefinitionError(problems)
    return Assumptions(**made)


def read_need(file: Path) -> pd.DataFrame:
    """``population_by_fifth.csv``: each service with all five fifths, once.

    Raises
    ------
    DefinitionError
        As :func:`~valuekit.measures.reference.read_reference`; a number that is none or not above nought, a
        fifth that is missing or stands twice.
    """
    problems, rows = [], []
    for at, line in read_reference(file, NEED):
        try:
            row = {
                "service": line["service"],
                "fifth": int(line["fifth"]),
                "adults": int(line["adults"]),
                "expected_per_100000": float(line["expected_per_100000"]),
                "source": line["source"],
            }
            if not (row["adults"] > 0 and 0 < row["expected_per_100000"] <= 100_000 and row["source"]):
                raise ValueError
        except ValueError:
            problems.append(
                Problem(
                    "not a fifth, adults and an expected number above nought, with a source",
                    f"{file.name}:{at}",
                    do="Write a line such as: stroke,1,92000,268,Local needs assessment 2025",
                )
            )
            continue
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(NEED))
    for service, fifths in frame.groupby("service")["fifth"]:
        if not problems and sorted(fifths) != list(FIFTHS):
            problems.append(
                Problem(
                    f"'{service}' must have each fifth from 1 to 5 once", file.name, do="Add or remove lines."
                )
            )
    if problems:
        raise DefinitionError(problems)
    return frame
