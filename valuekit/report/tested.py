"""The page that says how valuekit was tested: what was tried, how often, and what held.

Tests count what they try and write it beside the page, one file a topic (see ``tests/counted.py``), so the
figures are those of a run and not of a memory. A topic is written only by a run in which every test passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from valuekit.config import Settings, checked, read_yaml
from valuekit.project import Project
from valuekit.report.show import Block, Heading, Shown, Table, Words
from valuekit.report.tables import table
from valuekit.report.words.numbers import number

FOLDER = Path("reports", "about", "tested")

GROUPS = {
    "inputs": "Bad input",
    "stops": "A publish that is stopped",
    "releases": "Releases",
    "figures": "Small numbers",
    "identifiers": "Identifiers",
    "delivery": "Delivery",
    "supply": "What valuekit is made of",
}
"""Groups of topics and their headings, in the order of the page."""


class Topic(Settings):
    """One thing that tests try over and over.

    Attributes
    ----------
    group
        Where it stands on the page.
    what
        What was tried, in a few plain words that a count can follow.
    tried, held
        How often, and how often nothing was lost or told.
    means
        What `held` means here, as a short clause: "the site stayed whole".
    """

    group: Literal[tuple(GROUPS)]  # type: ignore[valid-type]
    what: Annotated[str, Field(min_length=3, max_length=120)]
    tried: Annotated[int, Field(ge=1)]
    held: Annotated[int, Field(ge=0)]
    means: Annotated[str, Field(min_length=3, max_length=160)]

    @model_validator(mode="after")
    def _no_more_than_tried(self) -> Topic:
        if self.held > self.tried:
            raise ValueError("more held than were tried")
        return self


def topics(root: Path) -> list[Topic]:
    """Every topic that the tests have written, by group and then by name of file.

    Raises
    ------
    DefinitionError
        A file does not say what it must.
    """
    files = sorted((root / FOLDER).glob("*.json"))
    found = [checked(read_yaml(file), Topic) for file in files]  # JSON is YAML
    return sorted(found, key=lambda topic: list(GROUPS).index(topic.group))


def tested() -> Block:
    """What was tried and what held, a table for each group; the finding first."""
    found = topics(Project.find().root)
    if not found:
        return Block.of(Words(("The tests that count have not been run here yet.",)))
    return Block.of(Words((_finding(found),)), _tables(found))


def _finding(found: list[Topic]) -> str:
    tried, held = sum(topic.tried for topic in found), sum(topic.held for topic in found)
    if tried == held:
        return f"Nothing was lost, and nothing was told: all {number(tried)} attempts held."
    return f"{number(tried - held)} of {number(tried)} attempts did not hold. The tables show which."


def _tables(found: list[Topic]) -> Iterator[Shown]:
    for group, heading in GROUPS.items():
        own = [topic for topic in found if topic.group == group]
        if own:
            yield Heading(2, heading, f"tested-{group}")
            yield _table(group, heading, own)


def _table(group: str, heading: str, own: list[Topic]) -> Table:
    return table(
        f"tested-{group}",
        f"{heading}: what was tried, how often, and how often it held.",
        {
            "What was tried": [topic.what for topic in own],
            "Tried": [number(topic.tried) for topic in own],
            "Held": [number(topic.held) for topic in own],
            "Held means": [topic.means for topic in own],
        },
        numbers=("Tried", "Held"),
        widths=(4, 1, 1, 3),
    )
