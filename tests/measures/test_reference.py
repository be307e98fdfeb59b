"""Reference files that nobody can use: each is refused with its name and line, whichever of them it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from valuekit.errors import DefinitionError
from valuekit.extracts.schemas import code_labels, load_schemas
from valuekit.measures.money.assumptions import read_need
from valuekit.measures.money.cost_behaviour import load_behaviour
from valuekit.measures.money.prices import load_deflators
from valuekit.measures.people import eq5d
from valuekit.project import Project

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = tuple(code_labels(load_schemas(Project(ROOT), ()))["resources"])

READ: dict[str, Callable[[Path], object]] = {
    "cost_behaviour.csv": lambda folder: load_behaviour(folder, RESOURCES),
    "deflators.csv": load_deflators,
    "population_by_fifth.csv": lambda folder: read_need(folder / "population_by_fifth.csv"),
    eq5d.DECREMENTS: eq5d.value_sets,
    eq5d.STATES: eq5d.value_sets,
    eq5d.NAMES: eq5d.value_sets,
}
SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    # what is wrong: how a good file becomes so, and what the message says of it
    "not UTF-8": (lambda good: good + "é".encode("latin-1"), "not a CSV file in UTF-8"),
    "a quote left open": (lambda good: good + b'"x', "not a CSV file in UTF-8"),
    "nothing": (lambda good: b"", "columns"),
    "other columns": (lambda good: b"x," + good, "columns"),
    "a row with one cell more": (lambda good: good.rstrip() + b",x\n", "cells"),
    "a row with one cell": (lambda good: good + b"x\n", "1 cells"),
}


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "data" / "reference", tmp_path / "reference"))


@pytest.mark.parametrize("spoilt", SPOILT)
@pytest.mark.parametrize("name", READ)
def test_a_file_that_is_no_such_table_is_refused_by_name(name: str, spoilt: str, reference: Path):
    READ[name](reference)
    spoil, says = SPOILT[spoilt]
    file = reference / name
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(DefinitionError) as caught:
        READ[name](reference)
    assert name in str(caught.value) and says in str(caught.value)


@pytest.mark.parametrize("name", READ)
def test_a_file_that_is_gone_is_named(name: str, reference: Path):
    (reference / name).unlink()
    with pytest.raises(DefinitionError, match=f"{name}: there is no such file"):
        READ[name](reference)


@pytest.mark.parametrize("name", READ)
def test_spaces_empty_lines_and_other_line_ends_change_nothing(name: str, reference: Path):
    before = READ[name](reference)
    file = reference / name
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n\r\n"))
    assert str(READ[name](reference)) == str(before)


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [
        (eq5d.DECREMENTS, "uk_5l_vt_2026,EQ-5D-5L,MO6,-0.1", "'MO6' is not a valid term"),
        (eq5d.DECREMENTS, "uk_5l_vt_2026,EQ-5D-5L,MO2,-0.1", "'MO2' of 'uk_5l_vt_2026' stands twice"),
        (eq5d.DECREMENTS, "new,EQ-5D-4L,StartValue,1", "'EQ-5D-4L' is not a valid instrument"),
        (eq5d.DECREMENTS, "new,EQ-5D-5L,StartValue,one", "'one' is not a number"),
        (eq5d.DECREMENTS, "new,EQ-5D-5L,StartValue,inf", "'inf' is not a number"),
        (eq5d.DECREMENTS, "new,EQ-5D-5L,MO2,-0.1", "'new' has no starting value"),
        (eq5d.DECREMENTS, "new,EQ-5D-5L,StartValue,1", "the value set 'new' has no line"),
        (eq5d.STATES, "11111,full", "the index is not a number"),
        (eq5d.STATES, "11116,0.5", "has not every profile"),
        (eq5d.NAMES, "new,EQ-5D-5L,New,UK,2030,v,s", "there is no value set 'new'"),
    ],
)
def test_a_value_set_that_cannot_be_right_is_refused(name: str, line: str, says: str, reference: Path):
    """A term that nothing reads would change no index, and nobody would see that it was misspelt."""
    with (reference / name).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(DefinitionError) as caught:
        eq5d.value_sets(reference)
    assert says in str(caught.value)
