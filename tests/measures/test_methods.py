"""Every statistic has a method page, whose example is what the function gives and what its source prints.

A statistic is a public function of a module in `STATISTICS`. What such a module has besides
(it lays out a table, it names a thing) stands in `PLUMBING`, so that a new function must be put somewhere.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from valuekit.mart import conform
from valuekit.measures import methods
from valuekit.measures.methods import GROUPS, Example, Method, gathered, in_print, registered

ROOT = Path(__file__).resolve().parents[2]
METHODS = registered()
IDS = [method.id for method in METHODS]

STATISTICS = (
    "case_mix", "composite", "cost_behaviour", "cost_drivers", "economics", "eq5d", "flow", "funnel",
    "importance", "increments", "intervals", "its", "lenses", "logistic", "missing", "prices", "programme",
    "quality_of_life", "rates", "reconciliation", "slope", "spc", "spc_prime", "spc_rare", "suppression",
    "tipping", "value",
)  # fmt: skip
"""Modules all of whose public functions must stand on a method page, or in :data:`PLUMBING`."""

PLUMBING: dict[str, str] = {
    # Lay out tables of the mart, or read what is declared.
    "lays out": "case_mix.tables case_mix.of_measure quality_of_life.tables funnel.sites funnel.by_site "
    "funnel.judged tipping.tipping programme.plan programme.later programme.tables importance.importance "
    "importance.asked lenses.need lenses.need_rate lenses.segment_table "
    "lenses.held_by_fifth lenses.use_of_care "
    "flow.of_year cost_drivers.used cost_drivers.cost_driver cost_drivers.period_of "
    "cost_behaviour.with_kinds "
    "increments.tables increments.comparisons composite.tables",
    "reads": "prices.load_deflators "
    "cost_behaviour.load_behaviour composite.patients_ratings increments.stated_ratio "
    "increments.stated_margin composite.why_not",
    # Steps of a method whose page describes them.
    "steps": "its.lag_rule its.design its.autocorrelation tipping.places tipping.profile "
    "tipping.coefficients spc_prime.moving_range "
    "tipping.unequal_spread economics.spread economics.quadrant programme.discount_factors "
    "programme.return_on_investment importance.holm lenses.segment_of cost_drivers.factors "
    "cost_drivers.rounded spc.stretches spc.trends increments.allot composite.scaled "
    "logistic.fifths rates.differ intervals.z intervals.percentiles intervals.mean_of "
    "intervals.fieller_of_estimates intervals.times_drawn",
    "words": "suppression.in_safe_words",
}
"""Public functions of such a module that are no statistic of their own, by what they do."""


def resolved(path: str):
    """The object at a dotted path."""
    parts = path.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            found = getattr(found, name)
        return found
    raise AttributeError(path)


def called_by(example) -> tuple[Example, set[object]]:
    """What an example gives, and the code that ran while it was worked."""
    ran: set[object] = set()
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _: ran.add(frame.f_code) if event == "call" else None)
    try:
        return example(), ran
    finally:
        sys.setprofile(before)


@pytest.fixture(scope="module")
def worked() -> dict[str, tuple[Example, set[object]]]:
    """Every example, worked once."""
    return {method.id: called_by(method.example) for method in METHODS}


@pytest.mark.parametrize("method", METHODS, ids=IDS)
def test_every_part_of_a_method_is_said(method: Method) -> None:
    for name in ("name", "question", "formula", "units", "source", "fails"):
        text = getattr(method, name)
        assert len(text) > 3, name
        assert "$" not in text and "\\" not in text, f"{name}: no mathematical marks"
    assert method.question.endswith("?")
    assert re.fullmatch(r"[a-z][a-z0-9_]*", method.id)
    # A source can be looked up: a year, a doi, or a page of the web.
    assert re.search(r"\b(18|19|20)\d\d\b|doi|NHS|Green Book", method.source), method.source


@pytest.mark.parametrize("method", METHODS, ids=IDS)
def test_the_functions_of_a_method_exist_and_are_documented(method: Method) -> None:
    for path in (method.function, *method.also):
        assert inspect.getdoc(resolved(path)), path


@pytest.mark.parametrize("method", METHODS, ids=IDS)
def test_an_example_runs_a_function_that_its_page_describes(method: Method, worked) -> None:
    functions = [inspect.unwrap(resolved(path)) for path in (method.function, *method.also)]
    code = {f.__init__.__code__ if inspect.isclass(f) else f.__code__ for f in functions}
    assert code & worked[method.id][1]


@pytest.mark.parametrize("method", METHODS, ids=IDS)
def test_an_example_gives_what_its_source_prints(method: Method, worked) -> None:
    example = worked[method.id][0]
    assert example.says and example.steps and example.result and len(example.inputs)
    assert set(example.published) <= set(example.result)
    assert bool(example.published) <= bool(example.published_in)
    for name, printed in example.published.items():
        assert in_print(example.result[name], example.decimals) == in_print(printed, example.decimals), name


@pytest.mark.parametrize("method", METHODS, ids=IDS)
def test_every_method_has_a_page_and_every_page_a_method(method: Method) -> None:
    page = ROOT / "reports" / "methods" / f"{method.id}.qmd"
    text = page.read_text(encoding="utf-8")
    assert f'method = "{method.id}"' in text and "{{< include ../_method.qmd >}}" in text
    assert f'title: "{method.name}"' in text


def test_no_page_is_of_a_method_that_is_gone() -> None:
    pages = {file.stem for file in (ROOT / "reports" / "methods").glob("*.qmd")} - {"index"}
    assert pages == set(IDS)


@pytest.mark.parametrize("module", STATISTICS)
def test_every_public_statistic_stands_on_a_method_page(module: str) -> None:
    described = {path for method in METHODS for path in (method.function, *method.also)}
    plumbing = {name for names in PLUMBING.values() for name in names.split()}
    # Rooms that protect a method's tables, or work its example, have files of the same name.
    found = (ROOT / "valuekit" / "measures").rglob(f"{module}.py")
    path = min(found, key=lambda file: file.parent.name in ("protection", "worked"))
    here = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for name, thing in vars(here).items():
        if name.startswith("_") or not inspect.isfunction(thing) or thing.__module__ != here.__name__:
            continue
        known = f"{here.__name__}.{name}" in described or f"{module}.{name}" in plumbing
        assert known, f"{module}.{name} has no method page"


def test_the_tables_hold_every_method_and_every_line_of_its_example() -> None:
    about, lines = methods.method_table(METHODS), methods.example_table(METHODS)
    conform("method", about)
    conform("method_example", lines)
    assert list(about["method"]) == IDS and set(about["group"]) <= set(GROUPS)
    assert set(lines["method"]) == set(IDS)
    wilson = lines[(lines["method"] == "wilson_share") & (lines["part"] == "published")]
    assert dict(zip(wilson["name"], wilson["text"], strict=True)) == {
        "Lower end": "0.2553",
        "Upper end": "0.3662",
    }


def test_two_methods_of_one_name_and_a_group_that_is_none_are_faults() -> None:
    one = METHODS[0]
    twice = type("Module", (), {"METHODS": (one, one)})
    with pytest.raises(ValueError, match="two methods are called"):
        gathered([twice])
    stray = Method(**{**one.__dict__, "group": "Elsewhere"})
    with pytest.raises(ValueError, match="of no known group"):
        gathered([type("Module", (), {"METHODS": (stray,)})])


@pytest.mark.parametrize(
    ("figure", "decimals", "unit", "text"),
    [
        (1234.5, 0, "£", "£1,234"),
        (-0.31, 2, "", "−0.31"),
        (-0.0001, 2, "", "0.00"),
        (12.0, 1, "%", "12.0%"),
        (float("nan"), 1, "%", "none"),
        (1.58, 2, "hours", "1.58 hours"),
    ],
)
def test_a_figure_is_printed_with_its_unit_and_a_true_minus(figure, decimals, unit, text) -> None:
    assert in_print(figure, decimals, unit) == text


@pytest.mark.parametrize(
    ("cell", "text"), [(-1200, "−1,200"), (-0.081, "−0.081"), (2.0, "2"), (None, ""), ("A–B", "A–B")]
)
def test_a_cell_of_an_example_is_printed_as_it_is_read(cell, text) -> None:
    example = Example("It.", pd.DataFrame({"Case": [cell]}, dtype=object), ("One.",), {"Figure": 1.0})
    method = dataclasses.replace(METHODS[0], example=lambda: example)
    lines = methods.example_table([method])
    assert lines.loc[lines["part"] == "input", "text"].tolist() == [text]
