"""The manual of definitions names every key, kind and file that there is, and no key that is gone.

The sketch of a new service shows every key of a service, in use or as a comment.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import BaseModel

from valuekit.config import Settings
from valuekit.measures.definition.chart_settings import ChartKind
from valuekit.measures.definition.definitions import UNITS, Service
from valuekit.measures.definition.refinements import Covariate
from valuekit.measures.money.assumptions import Segments
from valuekit.measures.money.programme import Assumed

ROOT = Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
SAID = set(re.findall(r"`([a-z_0-9]+)`", MANUAL))
TEMPLATE = resources.files("valuekit.measures").joinpath("templates/service.yml").read_text(encoding="utf-8")


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """`model` and every model inside it."""
    yield model
    for field in model.model_fields.values():
        yield from _inside(field.annotation)


def _inside(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield from models(annotation)
    for part in get_args(annotation):
        yield from _inside(part)


def keys(model: type[BaseModel]) -> set[str]:
    """Every key that a file of `model` may hold, at any depth."""
    return {field.alias or name for part in models(model) for name, field in part.model_fields.items()}


@pytest.mark.parametrize("model", [Service, Assumed, Segments], ids=lambda model: model.__name__)
def test_the_manual_describes_every_key(model: type[BaseModel]) -> None:
    assert keys(model) - SAID == set()


def test_the_manual_describes_every_kind_chart_and_covariate() -> None:
    kinds = set(UNITS) - {"pathway_cost_mean"}  # a definition cannot ask for it
    assert {*kinds, *get_args(ChartKind), *get_args(Covariate)} - SAID == set()


def test_the_manual_describes_every_key_of_the_disclosure_rules() -> None:
    rules = yaml.safe_load((ROOT / "data" / "disclosure.yml").read_text(encoding="utf-8"))
    nested = {key for value in rules.values() if isinstance(value, dict) for key in value}
    assert {*rules, *nested} - SAID == set()


def test_the_manual_gives_the_columns_of_every_reference_table() -> None:
    for file in sorted((ROOT / "data" / "reference").glob("*.csv")):
        (line,) = re.findall(rf"^\| `{re.escape(file.name)}` \| (.+) \|$", MANUAL, flags=re.MULTILINE)
        with file.open(encoding="utf-8-sig", newline="") as opened:
            header = next(csv.reader(opened))
        said = re.findall(r"`([a-z_0-9]+)`", line.split(":")[0] if ":" in line else line)
        assert said == header, file.name


def test_the_manual_names_no_key_that_is_gone() -> None:
    """Every key in the first column of a table under a service is a key of a service."""
    service = MANUAL.split("## A service", 1)[1].split("\n## ", 1)[0]
    first = re.findall(r"^\| ((?:`[a-z_0-9]+`(?:, )?)+) \|", service, flags=re.MULTILINE)
    named = {key for cell in first for key in re.findall(r"`([a-z_0-9]+)`", cell)}
    assert named - keys(Service) - set(UNITS) == set()


def test_the_sketch_of_a_new_service_shows_every_key_in_use_or_as_a_comment() -> None:
    shown = set(re.findall(r"([a-z_0-9]+):(?=\s|$)", TEMPLATE, flags=re.MULTILINE))
    assert keys(Service) - shown == set()
    assert not [kind for kind in set(UNITS) - {"pathway_cost_mean"} if kind not in TEMPLATE]
    assert not [chart for chart in get_args(ChartKind) if not re.search(rf"\b{chart}\b", TEMPLATE)]
