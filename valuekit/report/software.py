"""The page that lists what valuekit is made of, and under which licences."""

from __future__ import annotations

import csv
from pathlib import Path

from valuekit.errors import Problem, ValuekitError
from valuekit.project import Project
from valuekit.report.show import Block, Words
from valuekit.report.tables import table

FILE = Path("reports", "about", "software.csv")


def software() -> Block:
    """Every package, program and font, with its version and licence; how many first."""
    file = Project.find().root / FILE
    try:
        with file.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
    except OSError:
        raise ValuekitError(
            Problem("the list of software is not there", FILE.as_posix(), do="Run: python run.py sbom")
        ) from None
    inside = sum(bool(row["inside"]) for row in rows)
    return Block.of(
        Words((f"{len(rows) - inside} packages, and {inside} programs and fonts that come inside them.",)),
        table(
            "software",
            "What valuekit installs: name, version and licence of each.",
            {
                "Name": [row["name"] for row in rows],
                "Version": [row["version"] for row in rows],
                "Licence": [row["licence"] for row in rows],
                "Comes inside": [row["inside"] or "–" for row in rows],
            },
            widths=(3, 2, 4, 3),
        ),
    )
