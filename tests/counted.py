"""Counts for the page "How it was tested".

A test marked ``counted`` adds up what it tried and what held::

    @pytest.mark.counted
    def test_a_kill_leaves_one_site(counted):
        ...
        counted("kill_points", group="stops", what="...", tried=1, held=1, means="...")

The counts become ``reports/about/tested/<name>.json`` only when they are asked for (``make figures``, which
sets VALUEKIT_WRITE_FIGURES) and every test passed. Otherwise nothing is written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from valuekit.report.tested import FOLDER, Topic

ASKED = "VALUEKIT_WRITE_FIGURES"


@dataclass
class Counts:
    """What the tests of this run have tried, by topic."""

    found: dict[str, Topic] = field(default_factory=dict)

    def __call__(self, name: str, *, group: str, what: str, tried: int, held: int, means: str) -> None:
        """Add to the topic `name`; its words must be the same each time."""
        new = Topic(group=group, what=what, tried=tried, held=held, means=means)
        before = self.found.get(name)
        if before:
            assert (before.group, before.what, before.means) == (group, what, means), name
            new = new.model_copy(update={"tried": before.tried + tried, "held": before.held + held})
        self.found[name] = new

    def all_but(
        self, name: str, lost: Collection[object], *, group: str, what: str, tried: int, means: str
    ) -> None:
        """Add `tried` attempts to the topic `name`, of which all held but those in `lost`."""
        self(name, group=group, what=what, tried=tried, held=tried - len(lost), means=means)

    def write(self, root: Path) -> list[Path]:
        """One file for each topic; those of other tests stay."""
        files = []
        (root / FOLDER).mkdir(parents=True, exist_ok=True)
        for name, topic in sorted(self.found.items()):
            file = root / FOLDER / f"{name}.json"
            text = json.dumps(topic.model_dump(), indent=1, ensure_ascii=False)
            file.write_text(text + "\n", encoding="utf-8", newline="\n")
            files.append(file)
        return files


def asked() -> bool:
    """Whether this run is to write its counts."""
    return bool(os.environ.get(ASKED))
