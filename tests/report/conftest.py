from __future__ import annotations

from pathlib import Path

import marts
import pytest

from valuekit.mart import Mart


@pytest.fixture(scope="session")
def project_root(tmp_path_factory) -> Path:
    """A project with the marts of all audiences; its path has a space in it."""
    return marts.make_project(tmp_path_factory.mktemp("a project"))


@pytest.fixture
def in_project(project_root, tmp_path, monkeypatch):
    """Be in the project as a document of `audience` is: call with its name; gives the document's folder."""

    def enter(audience: str) -> Path:
        monkeypatch.chdir(project_root)
        monkeypatch.setenv("QUARTO_PROFILE", audience)
        monkeypatch.setenv("QUARTO_DOCUMENT_PATH", str(tmp_path))
        return tmp_path

    return enter


@pytest.fixture(scope="session")
def mart_of(project_root):
    """The mart of one audience."""
    return lambda audience: Mart(project_root / "_build" / "mart" / audience)
