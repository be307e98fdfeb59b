"""Who approved a release and what they explained (``data/sign_off/``); the bound (``data/release.yml``)."""

from __future__ import annotations

import datetime as dt
import fnmatch
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from valuekit.config import Located, Settings, checked, nearest, read_yaml
from valuekit.errors import DefinitionError, Problem, ReleaseError
from valuekit.project import Month, Project

SAID = Annotated[str, StringConstraints(min_length=3, max_length=500)]
REASONS = ("late data", "corrected data", "corrected definition", "new method", "disclosure control")
"""Why a released figure may move."""


class LargestMove(Settings):
    """How far a released figure may move without an explanation.

    Attributes
    ----------
    share
        Of the figure as it was released: 0.05 is a twentieth.
    people
        For counts: moves of no more than this many are within the bound, whatever their share.
    """

    share: Annotated[float, Field(ge=0, le=1)]
    people: Annotated[int, Field(ge=0)]


class ReleaseRules(Settings):
    """``data/release.yml``: roles that may sign off, and the bound."""

    approvers: Annotated[tuple[SAID, ...], Field(min_length=1)]
    largest_move: LargestMove


class Explanation(Settings):
    """Why figures moved: a pattern over ``service/measure/interval`` (``*`` and ``?``), and a reason."""

    figures: Annotated[str, StringConstraints(pattern=r"^[^/]+/[^/]+/[^/]+$")]
    reason: Literal[REASONS]  # type: ignore[valid-type]
    says: SAID

    def covers(self, name: str) -> bool:
        """Whether it speaks of the figure `name`."""
        return fnmatch.fnmatchcase(name, self.figures)


class Correction(Settings):
    """What a new version of a month corrects."""

    changed: SAID
    why: SAID


class SignOff(Settings):
    """``data/sign_off/2026-10.yml``."""

    period: Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    version: Annotated[int, Field(ge=1, le=9999)]
    date: dt.date
    approved_by: SAID
    moved: tuple[Explanation, ...] = ()
    correction: Correction | None = None

    def explain(self, name: str) -> Explanation | None:
        """The first explanation that covers the figure `name`."""
        return next((one for one in self.moved if one.covers(name)), None)


def load_rules(project: Project) -> ReleaseRules:
    """``data/release.yml``, checked."""
    return checked(_read(project, "data/release.yml"), ReleaseRules)


def load_sign_off(project: Project, period: Month, rules: ReleaseRules) -> SignOff:
    """The sign-off of `period`, checked against `rules`.

    Raises
    ------
    ReleaseError
        There is none, it is of another month, it names a role that may not sign off, or it says that it is
        a correction and not of what (or the other way round).
    """
    name = f"data/sign_off/{period}.yml"
    if not (project.root / name).is_file():
        raise ReleaseError(
            Problem(
                f"{period.words} has not been signed off",
                name,
                "there is no such file",
                "Write it as data/sign_off/README.md shows.",
            )
        )
    located = _read(project, name)
    found = checked(located, SignOff)
    fault = _fault(found, period, rules)
    if fault:
        key, what, do = fault
        raise ReleaseError(Problem(what, located.where(key), do=do))
    return found


def _fault(found: SignOff, period: Month, rules: ReleaseRules) -> tuple[str, str, str] | None:
    """The first thing that is wrong: the key where it stands, what it is, what to do."""
    if found.period != str(period):
        return "period", f"it signs off {found.period}, not {period}", "Sign off the month that is published."
    if found.approved_by not in rules.approvers:
        do = nearest(found.approved_by, list(rules.approvers))
        return "approved_by", f"'{found.approved_by}' is no role that may sign off", do
    if found.version > 1 and found.correction is None:
        return "version", f"version {found.version} is a correction and does not say of what", (
            "Add 'correction' with 'changed' and 'why'."
        )  # fmt: skip
    if found.version == 1 and found.correction is not None:
        return "correction", "the first version of a month corrects nothing", "Take 'correction' out."
    if found.date <= dt.date(period.year, period.month, 1):
        return "date", "it was signed before the month", "Give the day of the sign-off."
    return None


def _read(project: Project, name: str) -> Located:
    located = read_yaml(project.root / name, name)
    if not isinstance(located.data, dict):
        raise DefinitionError(Problem("this is not a list of keys and values", name))
    return located
