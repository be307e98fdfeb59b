"""The feeds of a PLICS submission: their fields, and what the name of a file says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from valuekit.errors import Problem
from valuekit.project import Month

RECONCILIATION = "REC"

FIELDS: Mapping[str, tuple[str, ...]] = {
    "APC": (
        "OrgId", "PLEMI", "CDSID", "NHSNo", "NhsSt", "Postcd", "DoB", "Gendr", "Pod", "HSpellNo", "EpiNo",
        "EpStDte", "EpEnDte", "EpType", "HrgFce", "HrgSpl", "Alos", "PathId", "PatOrgId", "Tfc", "CFBand",
        "PartCost",
    ),
    "OP": (
        "OrgId", "CDSID", "PLEMI", "NHSNo", "NhsSt", "Postcd", "DoB", "Gendr", "Pod", "ATTENDID", "HRG",
        "AppDate", "AppTime", "Tfc", "CFBand", "WhActTyp", "PartCost", "PathId", "PatOrgId",
    ),
    "EC": (
        "OrgId", "CDSID", "NHSNo", "NhsSt", "Postcd", "DoB", "Gendr", "AEATTENDNO", "HRG", "ArrDate",
        "ArrTime", "DepDate", "DepTime", "DepTyp",
    ),
    "SWC": (
        "OrgId", "PLEMI", "UnAct", "CCLI", "CCUF", "UnActDate", "CCPerType", "OrgsSupp", "UnHRG",
    ),
    "SI": ("OrgId", "PLEMI", "UnActDate", "CSIU", "UnCur"),
    RECONCILIATION: ("ReconciliationLevel", "FinAccID", "ServID", "TotCst", "TotCstIncome"),
}  # fmt: skip
"""Fields of one record of each feed, in the collection's order. Any of them may be missing."""

IDENTIFIERS = ("NHSNo", "Postcd", "DoB")
"""Fields that identify a person: never written."""

BEGINS = {"APC": "EpStDte", "OP": "AppDate", "EC": "ArrDate"}
"""The day at which a person's age is taken."""

ACTIVITY_ID = {
    "APC": ("PLEMI",), "OP": ("ATTENDID", "PLEMI"), "EC": ("AEATTENDNO",), "SWC": ("PLEMI",),
    "SI": ("PLEMI",),
}  # fmt: skip
"""The field that names the activity, as the activity extract does; the first that is filled in."""

ALIASES = {"REC": "REC", "RECON": "REC", "RECONCILIATION": "REC", "AE": "EC", "ECDS": "EC"}

ENDINGS = (".xml", ".xml.gz", ".xml.zip", ".zip")

_NAME = re.compile(
    r"^(?P<feed>[A-Za-z]+)_FY(?P<year>\d{4})-(?P<next>\d{2})_M(?P<month>0[1-9]|1[0-2])_(?P<organisation>[A-Za-z0-9]{3,6})"
    r"_(?P<created>\d{8}T\d{4,6})_(?P<part>\d{2})(?P<ending>\.xml|\.xml\.gz|\.xml\.zip|\.zip)$",
    re.IGNORECASE,
)

_DO = "Name it as the collection does: APC_FY2026-27_M01_RZZ_20260809T0913_01.xml."


@dataclass(frozen=True)
class PlicsFile:
    """One file of a submission, by its name; `month` 01 of a financial year is April."""

    path: Path
    feed: str
    month: Month
    organisation: str
    created: str
    part: int

    @property
    def name(self) -> str:
        """The file's name, as messages show it."""
        return self.path.name


def is_plics(path: Path) -> bool:
    """Whether a file of the drop is PLICS by its ending."""
    return path.name.lower().endswith(ENDINGS)


def feed_of(word: str) -> str | None:
    """The feed that a file's name or header speaks of; None for none that is known."""
    word = word.strip().upper()
    word = ALIASES.get(word, word)
    return word if word in FIELDS else None


def by_name(path: Path) -> PlicsFile | Problem:
    """What the name of a PLICS file says, or what is wrong with it."""
    found = _NAME.match(path.name)
    if found is None:
        return Problem("the name is not one of a PLICS file", path.name, do=_DO)
    year, feed = int(found["year"]), feed_of(found["feed"])
    if feed is None:
        return Problem("the name begins with no PLICS feed", path.name, do=f"Feeds are {', '.join(FIELDS)}.")
    if int(found["next"]) != (year + 1) % 100:
        return Problem("the financial year in its name is not one year", path.name, do=_DO)
    month = Month(year, 4).plus(int(found["month"]) - 1)
    return PlicsFile(path, feed, month, found["organisation"].upper(), found["created"], int(found["part"]))


def newest(files: Sequence[PlicsFile]) -> tuple[list[PlicsFile], list[str], list[Problem]]:
    """Of every feed and month the submission made last, with all its parts.

    Returns
    -------
    files
        To be read, by feed, month and part.
    notes
        Which files a later submission replaced.
    problems
        Parts that are missing or stand twice.
    """
    chosen: list[PlicsFile] = []
    notes: list[str] = []
    problems: list[Problem] = []
    groups: dict[tuple[str, Month, str], list[PlicsFile]] = {}
    for file in files:
        groups.setdefault((file.feed, file.month, file.organisation), []).append(file)
    for (feed, month, _), group in sorted(groups.items(), key=lambda item: item[0]):
        created = max(file.created for file in group)
        last = sorted((f for f in group if f.created == created), key=lambda f: (f.part, f.name))
        older = sorted(f.name for f in group if f.created != created)
        if older:
            notes.append(f"{feed} of {month.words} was sent again: {', '.join(older)} is replaced.")
        parts = [file.part for file in last]
        if len(set(parts)) < len(parts):
            where = " and ".join(f.name for f in last if parts.count(f.part) > 1)
            problems.append(Problem("the same part stands twice", where, do="Keep one of them."))
        elif parts != list(range(1, len(parts) + 1)):
            gap = next(i for i in range(1, max(parts) + 1) if i not in parts)
            problems.append(Problem(f"part {gap:02d} is missing", last[-1].name, do="Add the file."))
        chosen += last
    return chosen, notes, problems
