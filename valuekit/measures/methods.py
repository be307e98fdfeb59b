"""What a method is to its reader: the question it answers, formula in words, source, a worked example.

Each statistics module declares a tuple ``METHODS`` of :class:`Method`; :func:`registered` gathers them, and
the methods section of the site has a page for each. An example calls the function itself, so that a page
cannot say what the code does not do, and stands beside the published figure where there is one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

GROUPS = (
    "Data and pathways",
    "Intervals",
    "Charts over time",
    "Proportions, rates and case mix",
    "Quality of life",
    "Cost and flow",
    "Value",
    "Change",
    "What matters to patients",
    "Disclosure control",
)
"""Parts of the methods section, in order."""


@dataclass(frozen=True)
class Example:
    """A worked example, small enough to follow with a pocket calculator.

    Attributes
    ----------
    says
        What the example is about, in a sentence.
    inputs
        The figures that go in: a few rows, columns named in words.
    steps
        How the result comes about, one sentence each.
    result
        Name of a figure → what the function gives.
    published
        Name of a figure → what the source prints, for those of `result` that it prints.
    published_in
        Where it is printed: author, year, table or example; or how it was worked out by hand.
    decimals
        To which `published` is printed, and `result` shown.
    unit
        Of the result; empty for none.
    """

    says: str
    inputs: pd.DataFrame
    steps: tuple[str, ...]
    result: Mapping[str, float]
    published: Mapping[str, float] = field(default_factory=dict)
    published_in: str = ""
    decimals: int = 3
    unit: str = ""


@dataclass(frozen=True)
class Method:
    """One method, as its page states it.

    Attributes
    ----------
    id
        Small letters, digits and underscores; the page is ``reports/methods/<id>.qmd``.
    name, question
        What it is called, and the question that it answers.
    formula
        In words, without mathematical marks.
    units
        Of what goes in and what comes out.
    source
        Publication with page, table or DOI.
    fails
        Assumptions, and when it is refused or should not be believed.
    function
        Dotted path of the function that does it: ``valuekit.measures.statistics.intervals.share``.
    example
        Works the example; see :class:`Example`.
    group
        One of :data:`GROUPS`.
    also
        Dotted paths of further functions that this page describes.
    """

    id: str
    name: str
    question: str
    formula: str
    units: str
    source: str
    fails: str
    function: str
    example: Callable[[], Example]
    group: str
    also: tuple[str, ...] = ()


def gathered(modules: Iterable[object]) -> tuple[Method, ...]:
    """The methods that `modules` declare, by group and then by name.

    Raises
    ------
    ValueError
        Two methods have one id, or a group is not one of :data:`GROUPS`: a fault of valuekit.
    """
    found = [method for module in modules for method in getattr(module, "METHODS", ())]
    ids = [method.id for method in found]
    faults = [f"two methods are called '{name}'" for name in sorted({i for i in ids if ids.count(i) > 1})]
    faults += [f"method '{m.id}' is of no known group: '{m.group}'" for m in found if m.group not in GROUPS]
    if faults:
        raise ValueError("methods: " + "; ".join(faults))
    return tuple(sorted(found, key=lambda method: (GROUPS.index(method.group), method.name)))


@cache
def registered() -> tuple[Method, ...]:
    """Every method of valuekit: the ``METHODS`` of each module in ``valuekit.measures``."""
    package = importlib.import_module("valuekit.measures")
    names = sorted(found.name for found in pkgutil.walk_packages(package.__path__, "valuekit.measures."))
    return gathered(importlib.import_module(name) for name in names)


def method_table(methods: Iterable[Method]) -> pd.DataFrame:
    """The mart's table ``method``: one row a method, in the order of the methods section."""
    return pd.DataFrame(
        [
            {
                "method": m.id,
                "position": i,
                "group": m.group,
                "name": m.name,
                "question": m.question,
                "formula": m.formula,
                "units": m.units,
                "source": m.source,
                "fails": m.fails,
                "function": ", ".join((m.function, *m.also)),
            }
            for i, m in enumerate(methods, 1)
        ],
        columns=[
            "method", "position", "group", "name", "question", "formula", "units", "source", "fails",
            "function",
        ],
    )  # fmt: skip


@cache
def worked() -> pd.DataFrame:
    """The examples of every registered method. They hang on no extract, so a process works them once."""
    return example_table(registered())


def example_table(methods: Iterable[Method]) -> pd.DataFrame:
    """The mart's table ``method_example``: the examples worked now, each line of each as text.

    `part` is ``says``, ``input`` (`position` is the row, `name` the column), ``step``, ``result`` (`name` the
    figure), ``published`` (the same) or ``published_in``.
    """
    lines = [
        {"method": m.id, "part": part, "position": position, "name": name, "text": text}
        for m in methods
        for part, position, name, text in _lines(m.example())
    ]
    return pd.DataFrame(lines, columns=["method", "part", "position", "name", "text"])


def _lines(example: Example) -> Iterable[tuple[str, int, str, str]]:
    yield "says", 1, "", example.says
    for position, row in enumerate(example.inputs.to_dict("records"), 1):
        for name, cell in row.items():
            yield "input", position, str(name), _cell(cell)
    for position, step in enumerate(example.steps, 1):
        yield "step", position, "", step
    for position, (name, figure) in enumerate(example.result.items(), 1):
        yield "result", position, name, in_print(figure, example.decimals, example.unit)
        if name in example.published:
            printed = in_print(example.published[name], example.decimals, example.unit)
            yield "published", position, name, printed
    if example.published_in:
        yield "published_in", 1, "", example.published_in


def _cell(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and cell != cell):
        return ""
    if isinstance(cell, float):
        return f"{cell:,.6f}".rstrip("0").rstrip(".").replace("-", "−")
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}".replace("-", "−")
    return str(cell)


def in_print(figure: float, decimals: int, unit: str = "") -> str:
    """A figure as a page prints it: ``0.255``, ``£1,200``, ``54.2%``, ``none`` where there is none."""
    if figure != figure:
        return "none"
    text = f"{abs(figure):,.{decimals}f}"
    sign = "−" if figure < 0 and text.strip("0.,") else ""
    if unit == "£":
        return f"{sign}£{text}"
    return f"{sign}{text}%" if unit == "%" else f"{sign}{text} {unit}".strip()
