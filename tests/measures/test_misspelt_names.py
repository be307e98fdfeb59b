"""Every name in the sample's definitions that stands for something else is checked: misspelt, it is an error.

No list of keys to check: each text in each file is spoilt in turn, unless its key is declared here as prose
or as the place where a name is given. A new key is therefore checked until somebody says that it need not be.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from valuekit.config import checked, parse_yaml
from valuekit.errors import DefinitionError, Problem
from valuekit.extracts.schemas import code_labels, load_schemas
from valuekit.measures.definition import checks
from valuekit.measures.definition.definitions import Service
from valuekit.measures.people import eq5d
from valuekit.project import Project

PROJECT = Project(Path(__file__).resolve().parents[2])
CODES = code_labels(load_schemas(PROJECT, ()))
SETS = {name: chosen.instrument for name, chosen in eq5d.value_sets(PROJECT.reference).items()}

PROSE = {
    "says", "name", "summary", "lead", "definition", "numerator", "denominator", "source", "reason",
    "otherwise", "lacks",
}  # fmt: skip
"""Keys whose text is read by people alone."""

GIVES = {
    "service": ("service",),
    "stage": ("pathway", "stages"),
    "topic": ("what_matters",),
    "measure": ("measures",),
    "option": ("value", "options"),
}
"""Key that gives something its name, and where: there any name is right; everywhere else it must be known."""


def texts(node: yaml.Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple, yaml.ScalarNode]]:
    """Every text in a file that stands for something, with the keys that lead to it."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from texts(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            yield from texts(value, (*path, i))
    elif node.tag == "tag:yaml.org,2002:str" and not _free(path):
        yield path, node


def _free(path: tuple[str | int, ...]) -> bool:
    keys = tuple(part for part in path if isinstance(part, str))
    gives = GIVES.get(keys[-1])
    return keys[-1] in PROSE or (gives is not None and (keys[:-1] == gives or keys == gives))


def faults(text: str, file: Path) -> tuple[Problem, ...]:
    try:
        located = parse_yaml(text, file)
        return tuple(checks.faults(checked(located, Service), located, CODES, SETS))
    except DefinitionError as error:
        return error.problems


@pytest.mark.parametrize("service", ["stroke", "hepatitis_c", "endocarditis"])
def test_each_name_that_is_misspelt_is_an_error_at_its_line(service: str) -> None:
    file = PROJECT.services / f"{service}.yml"
    text = file.read_text(encoding="utf-8")
    assert not faults(text, file)
    spoilt = 0
    for path, node in texts(yaml.compose(text)):
        whole = text[node.start_mark.index : node.end_mark.index]
        wrong = whole.replace(node.value, node.value[:-1] + "~")
        found = faults(text[: node.start_mark.index] + wrong + text[node.end_mark.index :], file)
        where = f"{file.name}:{node.start_mark.line + 1}"
        assert any(problem.where == where for problem in found), (path, node.value, found)
        spoilt += 1
    assert spoilt > 60


@pytest.mark.parametrize(
    ("service", "old", "new", "says"),
    [
        ("stroke", "{instrument: nihss, time_point", "{instrument: nihs, time_point",
         ["unknown instrument 'nihs'", "Did you mean 'nihss'?"]),
        ("stroke", "nihss, time_point: baseline, says", "nihss, time_point: basline, says",
         ["unknown time point 'basline'", "Did you mean 'baseline'?"]),
        ("hepatitis_c", "departments: [LIVER]", "departments: [LIVR]",
         ["unknown department 'LIVR'", "Did you mean 'LIVER'?"]),
    ],
)  # fmt: skip
def test_what_value_names_is_looked_up_too(service: str, old: str, new: str, says: list[str]) -> None:
    file = PROJECT.services / f"{service}.yml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    (found,) = faults(text.replace(old, new), file)
    assert all(part in str(found) for part in says)
