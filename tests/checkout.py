"""A checkout of its own for a test, and the valuekit command in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from own_project import OwnProject

ROOT = Path(__file__).resolve().parents[1]
MADE_BY_RUNS = shutil.ignore_patterns(
    ".git",
    ".venv*",
    "_build*",
    "_store",
    "_site*",
    "_packs*",
    "_releases*",
    "figures",
    "downloads",
    "__pycache__",
    ".*_cache",
    "pytest-cache-files-*",  # what pytest's cache is called while it is being made
    ".hypothesis",
    "tests",
)


@dataclass(frozen=True)
class Run:
    """What one call of the valuekit command said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Checkout(OwnProject):
    """A copy of the project in a folder whose name has a space, as a new user might have it."""

    def run(self, *words: str, **environment: str) -> Run:
        """The valuekit command in this checkout, in a process of its own."""
        env = {k: v for k, v in os.environ.items() if not k.startswith(("VALUEKIT_", "QUARTO_"))}
        env |= {
            "PYTHONPATH": str(self.root),
            "PYTHONIOENCODING": "utf-8",
            "HOME": str(self.root.parent / "home"),
        } | environment
        done = subprocess.run(
            [sys.executable, "-m", "valuekit", *words],
            cwd=self.root,
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def sign_off(self, period: str, version: int = 1, patterns: Sequence[str] = (), **more: object) -> Path:
        """Sign off a version, with one explanation for the figures that `patterns` name."""
        why = {"reason": "late data", "says": "Rows came after the release."}
        said = {
            "period": period,
            "version": version,
            "date": f"{period}-28",
            "approved_by": "medical director",
            "moved": [{"figures": pattern, **why} for pattern in patterns],
            **more,
        }
        file = self.root / "data" / "sign_off" / f"{period}.yml"
        file.write_text(json.dumps(said), encoding="utf-8")  # JSON is YAML
        return file


def copy_project(folder: Path) -> Checkout:
    """A fresh copy of everything that is committed, without what runs make."""
    root = folder / "a trust's checkout"
    shutil.copytree(ROOT, root, ignore=MADE_BY_RUNS)
    for file in (root / "data" / "extracts").glob("*"):
        if file.name != "README.md":
            file.unlink()
    return Checkout(root)
