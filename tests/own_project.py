"""A project in a folder of a test's own, however much or little of it is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from valuekit.project import Project


@dataclass(frozen=True)
class OwnProject:
    """Everything hangs from `root`."""

    root: Path

    @property
    def project(self) -> Project:
        return Project(self.root)

    def write(self, name: str, text: str) -> Path:
        """A text file, by its path from the root."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
        return file

    def tree(self, *folders: str) -> dict[str, bytes]:
        """Every file below `folders`, by its path."""
        files = (
            file for folder in folders for file in sorted((self.root / folder).rglob("*")) if file.is_file()
        )
        return {file.relative_to(self.root).as_posix(): file.read_bytes() for file in files}
