"""The project whose October can be released."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_made_site import Ready, make_ready


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ready:
    """A project whose October can be released; the current folder is in it."""
    made = make_ready(tmp_path / "a project")
    made.publish("2026-10", {"August 2026": (40, 50.0), "September 2026": (45, 60.0)})
    monkeypatch.chdir(made.root)
    return made
