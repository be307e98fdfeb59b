"""A test's own checkout holds what is committed, and nothing that runs make beside it."""

from pathlib import Path

import checkout


def test_a_copy_has_nothing_that_runs_make(tmp_path, monkeypatch):
    project = tmp_path / "project"
    kept = {"valuekit/cli.py", "data/extracts/README.md", "data/services/stroke.yml"}
    made = {
        ".pytest_cache/v/lastfailed",
        "pytest-cache-files-7ks4e826/README.md",  # goes away while it is copied
        "valuekit/__pycache__/cli.pyc",
        "data/extracts/episodes.csv",
        "_site/index.html",
    }
    for name in kept | made:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    monkeypatch.setattr(checkout, "ROOT", project)

    root = checkout.copy_project(tmp_path).root

    copied = {Path(file).relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()}
    assert copied == kept
