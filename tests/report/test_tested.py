"""The page "How it was tested": its figures are those that a run of the tests wrote."""

from __future__ import annotations

import json

import pytest
from checkout import ROOT
from counted import Counts

from valuekit.errors import DefinitionError
from valuekit.report import tested as page
from valuekit.report.tested import FOLDER, GROUPS, topics

KILLS = {"group": "stops", "what": "Stops at a random point", "means": "one whole site"}
CELLS = {"group": "figures", "what": "Hidden cells attacked", "means": "none was pinned"}


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "_quarto.yml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_counts_add_up_and_stand_on_the_page_with_the_finding_first(here) -> None:
    counts = Counts()
    counts("kills", tried=200, held=200, **KILLS)
    counts("kills", tried=13, held=13, **KILLS)
    counts("cells", tried=1000, held=1000, **CELLS)
    counts.write(here)
    text = page()._repr_markdown_()
    assert text.startswith("Nothing was lost, and nothing was told: all 1,213 attempts held.")
    assert text.index(GROUPS["stops"]) < text.index(GROUPS["figures"])
    assert ">213<" in text and "Hidden cells attacked" in text


def test_what_did_not_hold_is_said_first(here) -> None:
    counts = Counts()
    counts("kills", tried=200, held=199, **KILLS)
    counts.write(here)
    assert page()._repr_markdown_().startswith("1 of 200 attempts did not hold.")


def test_without_counts_the_page_says_so(here) -> None:
    assert "have not been run here" in page()._repr_markdown_()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"held": 5, "tried": 4}, "more held than were tried"),
        ({"groop": "stops"}, "groop"),
        ({"group": "others"}, "others"),
    ],
)
def test_a_file_that_says_something_else_is_refused(here, change, says) -> None:
    (here / FOLDER).mkdir(parents=True)
    file = here / FOLDER / "kills.json"
    file.write_text(json.dumps({**KILLS, "tried": 1, "held": 1, **change}), encoding="utf-8")
    with pytest.raises(DefinitionError, match=says):
        topics(here)


def test_every_committed_count_can_be_shown_and_held() -> None:
    assert [topic.what for topic in topics(ROOT) if topic.held != topic.tried] == []
