"""What was delivered: a ledger that is only ever added to, one line an event, safe against sudden ends.

Before a report leaves, its line says ``sending``; when the server has taken it, ``sent``. Who comes next and
finds ``sending`` alone cannot know whether the report arrived: it is *unsure*, and a person decides.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from valuekit.errors import Problem, ValuekitError

State = Literal["sending", "sent", "failed"]


@dataclass(frozen=True)
class Entry:
    """One event in the life of one delivery."""

    delivery: str
    """Names the delivery: month, report, service and where to. The same in every event of it."""
    state: State
    at: str
    """When, in UTC, to the second."""
    sha256: str
    """Of the PDF."""
    note: str = ""


@dataclass(frozen=True)
class Ledger:
    """The ledger of one month, in `file`."""

    file: Path

    def newest(self) -> dict[str, Entry]:
        """The newest event of each delivery.

        Raises
        ------
        ValuekitError
            A line is not an entry. A last line cut short by a sudden end is not one of these: nothing was
            sent before its line was whole.
        """
        if not self.file.is_file():
            return {}
        lines = self.file.read_text(encoding="utf-8").split("\n")
        # What stands after the last line end was cut off while it was written.
        found: dict[str, Entry] = {}
        for number, line in enumerate(lines[:-1], start=1):
            if not line:
                continue
            try:
                entry = Entry(**json.loads(line))
            except (ValueError, TypeError):
                raise self._not_a_ledger(number) from None
            found[entry.delivery] = entry
        return found

    def add(self, delivery: str, state: State, sha256: str, note: str = "") -> None:
        """Write one event, and come back when it is on the disk."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line = json.dumps(asdict(Entry(delivery, state, now, sha256, note)), ensure_ascii=False)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab+") as file:
            _drop_cut_line(file)
            file.write(f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())

    def _not_a_ledger(self, line: int) -> ValuekitError:
        return ValuekitError(
            Problem(
                "this line is not an entry of the ledger",
                f"{self.file.parent.name}/{self.file.name}:{line}",
                "without it nobody can tell what was sent",
                "Restore the file from a copy. Nothing was sent.",
            )
        )


def _drop_cut_line(file: BinaryIO) -> None:
    """Take away a last line that a sudden end cut short."""
    end = file.seek(0, os.SEEK_END)
    if not end:
        return
    file.seek(0)
    content = file.read()
    whole = content.rfind(b"\n") + 1
    if whole < end:
        file.truncate(whole)
