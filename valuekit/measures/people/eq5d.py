"""EQ-5D: a health profile of five digits into an index, by a named value set.

A value set is data (``data/reference/``): a new one needs no code. Full health is 1, being dead 0,
worse than dead negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from valuekit.config import nearest
from valuekit.errors import DefinitionError, Problem
from valuekit.measures.reference import read_reference

CROSSWALK = "uk_5l_crosswalk_2012"
DIMENSIONS = ("MO", "SC", "UA", "PD", "AD")
"""Mobility, self-care, usual activities, pain or discomfort, anxiety or depression."""
LEVELS = {"EQ-5D-3L": 3, "EQ-5D-5L": 5}
CODES = {"EQ-5D-3L": "eq5d3l", "EQ-5D-5L": "eq5d5l"}
"""Each instrument's code in the outcomes extract."""

NAMES = "eq5d_value_sets.csv"
"""What each value set is called, of which country and year, and who published it."""
COLUMNS = ("value_set", "instrument", "name", "country", "year", "version", "source")
DECREMENTS, STATES = "eq5d_uk_decrements.csv", "eq5d_uk_5l_crosswalk_2012.csv"
"""Value sets by what each problem takes away, and one by profile."""
TERMS = ("FullHealth", "StartValue", "AtLeastOne2Or3", "AtLeastOne3")
TERMS += tuple(f"{dimension}{level}" for dimension in DIMENSIONS for level in range(1, 6))
"""Terms that a value set may have."""

REFERENCE = Path(__file__).resolve().parents[3] / "data" / "reference"
"""The value sets that come with valuekit."""


@dataclass(frozen=True)
class ValueSet:
    """The index of every profile of an instrument, by profile; where the set comes from, in words.

    Attributes
    ----------
    value_set
        Its identifier, for definitions and notes: ``uk_5l_vt_2026``.
    name, country, year, version, source
        For readers: whose values they are, of when, how they were found, and who published them.
    """

    value_set: str
    instrument: str
    index: Mapping[str, float]
    name: str = ""
    country: str = ""
    year: int = 0
    version: str = ""
    source: str = ""

    @property
    def code(self) -> str:
        """The instrument's code in the outcomes extract."""
        return CODES[self.instrument]


def value_sets(folder: Path = REFERENCE) -> dict[str, ValueSet]:
    """Every value set in `folder`, by name, each worked out for all its profiles.

    Notes
    -----
    From decrements: the index is the starting value plus the term of the level in each dimension, plus, where
    the set has them, a term for any problem at all and one for any dimension at level 3
    (Dolan 1997, Med Care 35:1095; Devlin and others 2018, Health Econ 27:7, doi 10.1002/hec.3564;
    UK 2026, doi 10.1016/j.jval.2026.03.008). By profile: the 5L to 3L crosswalk
    (van Hout and others 2012, Value Health 15:708, doi 10.1016/j.jval.2012.02.008).
    """
    index = _by_decrements(folder / DECREMENTS)
    index[CROSSWALK] = _by_profile(folder / STATES)
    about = _about(folder / NAMES, index)
    return {name: ValueSet(index=values, **about[name]) for name, values in index.items()}


def _by_decrements(file: Path) -> dict[str, dict[str, float]]:
    """The index of every profile of each value set in `file`, by the sets' names."""
    problems: list[Problem] = []
    terms: dict[str, dict[str, float]] = {}
    instruments: dict[str, str] = {}
    for line, row in read_reference(file, ("value_set", "instrument", "term", "value")):
        where, name, value = f"{file.name}:{line}", row["value_set"], _number(row["value"])
        for key, valid in (("instrument", tuple(LEVELS)), ("term", TERMS)):
            if row[key] not in valid:
                what = f"'{row[key]}' is not a valid {key}"
                problems.append(Problem(what, where, do=nearest(row[key], valid)))
        if value is None:
            problems.append(Problem(f"'{row['value']}' is not a number", where, do="Write it as -0.081."))
        own = terms.setdefault(name, {})
        if row["term"] in own:
            problems.append(
                Problem(f"the term '{row['term']}' of '{name}' stands twice", where, do="Keep one.")
            )
        own[row["term"]] = value or 0.0
        instruments[name] = row["instrument"]
    for name, own in terms.items():
        if not {"FullHealth", "StartValue"} & set(own):
            what = f"the value set '{name}' has no starting value"
            problems.append(Problem(what, file.name, do="Add its term FullHealth or StartValue."))
    if problems:
        raise DefinitionError(problems)
    return {name: _from_terms(LEVELS[instruments[name]], terms[name]) for name in sorted(terms)}


def _by_profile(file: Path) -> dict[str, float]:
    """The index of each profile as it stands in `file`."""
    rows = read_reference(file, ("state", "index"))
    index = {row["state"]: _number(row["index"]) for _, row in rows}
    wrong = [line for line, row in rows if index[row["state"]] is None]
    if wrong:
        what, do = "the index is not a number", "Write a profile and its index, as 11112,0.879."
        raise DefinitionError(Problem(what, f"{file.name}:{line}", do=do) for line in wrong)
    return index


def _number(text: str) -> float | None:
    """A finite number; None for anything else."""
    try:
        return float(text) if np.isfinite(float(text)) else None
    except ValueError:
        return None


def _about(file: Path, index: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, object]]:
    """What stands in :data:`NAMES` of each set in `index`; a set without a line there is an error."""
    rows = read_reference(file, COLUMNS)
    named = {row["value_set"] for _, row in rows}
    problems = []
    for name in index:
        if name not in named:
            what = f"the value set '{name}' has no line"
            problems.append(Problem(what, file.name, do="Say what it is called."))
    for line, row in rows:
        where, name, instrument = f"{file.name}:{line}", row["value_set"], row["instrument"]
        if name not in index:
            problems.append(Problem(f"there is no value set '{name}'", where, do=nearest(name, [*index])))
        elif not (instrument in LEVELS and row["name"] and row["source"] and row["year"].isdecimal()):
            what = f"'{name}' lacks its instrument ({' or '.join(LEVELS)}), name, year or source"
            problems.append(Problem(what, where, do="Fill them in."))
        elif len(index[name]) != LEVELS[instrument] ** len(DIMENSIONS):
            problems.append(Problem(f"'{name}' has not every profile of the {instrument}", where))
    if problems:
        raise DefinitionError(problems)
    return {row["value_set"]: {**row, "year": int(row["year"])} for _, row in rows}


def _from_terms(levels: int, term: Mapping[str, float]) -> dict[str, float]:
    """The index of every profile of so many levels."""
    grid = np.indices((levels,) * 5).reshape(5, -1).T + 1
    index = np.full(len(grid), term.get("FullHealth", term.get("StartValue")), float)
    for place, dimension in enumerate(DIMENSIONS):
        index += np.array([term.get(f"{dimension}{level}", 0.0) for level in range(1, levels + 1)])[
            grid[:, place] - 1
        ]
    index += np.where((grid > 1).any(axis=1), term.get("AtLeastOne2Or3", 0.0), 0.0)
    index += np.where((grid == 3).any(axis=1), term.get("AtLeastOne3", 0.0), 0.0)
    # Published indices have three decimals; rounding takes away what floating-point addition put in.
    return {
        "".join(map(str, profile)): float(value) for profile, value in zip(grid, index.round(6), strict=True)
    }


def index(profiles: pd.Series, value_set: str, sets: Mapping[str, ValueSet] | None = None) -> pd.Series:
    """Index of each profile.

    Parameters
    ----------
    profiles
        Five digits each as text, such as ``11223``; missing stays missing.
    value_set
        Name of the set, such as ``uk_5l_vt_2026``.
    sets
        From :func:`value_sets`; read from valuekit's own folder when not given.

    Raises
    ------
    DefinitionError
        No value set of that name, or profiles that the instrument does not have (only their number is said).
    """
    sets = value_sets() if sets is None else sets
    if value_set not in sets:
        raise DefinitionError(
            Problem(f"there is no value set '{value_set}'", do=nearest(value_set, tuple(sets)))
        )
    chosen = sets[value_set]
    found = profiles.map(dict(chosen.index)).astype("float64")
    bad = int((found.isna() & profiles.notna()).sum())
    if bad:
        levels = LEVELS[chosen.instrument]
        raise DefinitionError(
            Problem(
                f"{bad} of {len(profiles)} profiles are not {chosen.instrument} profiles",
                why=f"a profile is five digits, each 1 to {levels}",
                do=f"Use answers to the {chosen.instrument}, or a value set for the other instrument.",
            )
        )
    return found
