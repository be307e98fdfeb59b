"""The page of a method: everything that the mart says of it, and its example as tables."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from valuekit.errors import ValuekitError
from valuekit.mart import TABLES
from valuekit.report.methods_pages import MethodList, MethodPage

ABOUT = {
    "method": "halves",
    "position": 1,
    "group": "Intervals",
    "name": "Half of it",
    "question": "How much is half?",
    "formula": "The whole ÷ 2.",
    "units": "Pounds.",
    "source": "Somebody 1999.",
    "fails": "Refused for nothing.",
    "function": "valuekit.half",
}
LINES = [
    ("says", 1, "", "Two sums of money."),
    ("input", 1, "Case", "First"),
    ("input", 2, "Case", "Second"),
    ("input", 1, "Pounds", "1,000"),
    ("input", 2, "Pounds", "−30"),
    ("step", 1, "", "Add them: £970."),
    ("step", 2, "", "Divide by two."),
    ("result", 1, "Half", "£485"),
    ("result", 2, "Rest", "£485"),
    ("published", 1, "Half", "£485"),
    ("published_in", 1, "", "Somebody 1999, table 2."),
]


@pytest.fixture
def mart() -> SimpleNamespace:
    """A mart with one method."""
    lines = [dict(zip(("part", "position", "name", "text"), line, strict=True)) for line in LINES]
    tables = {
        "method": pd.DataFrame([ABOUT]),
        "method_example": pd.DataFrame([{"method": "halves", **line} for line in lines]),
    }
    for name, frame in tables.items():
        assert set(frame.columns) == {column.name for column in TABLES[name].columns}
    return SimpleNamespace(table=tables.__getitem__)


def test_the_page_says_everything_that_the_mart_says_of_the_method(mart) -> None:
    text = MethodPage("halves", mart).description()._repr_markdown_()
    for part in ("question", "formula", "units", "source", "fails"):
        assert ABOUT[part] in text
    assert "$" not in text


def test_the_example_shows_inputs_steps_and_the_result_beside_the_published_figure(mart) -> None:
    text = MethodPage("halves", mart).example()._repr_markdown_()
    assert (
        text.index("Two sums of money.") < text.index("1,000") < text.index("Step 1:") < text.index("Worked")
    )
    assert text.index("Step 1:") < text.index("Step 2:")
    html = text[text.index("halves-result") :]
    assert html.count("£485") >= 3 and "not printed" in html
    assert "Checked against: Somebody 1999, table 2." in text


def test_the_list_has_each_method_under_its_part_with_a_link_to_its_page(mart) -> None:
    text = MethodList(mart)._repr_markdown_()
    assert "### Intervals" in text
    assert "[Half of it](halves.qmd) How much is half?" in text


def test_a_method_that_is_not_there_is_a_clear_fault(mart) -> None:
    with pytest.raises(ValuekitError, match="no method 'thirds'"):
        MethodPage("thirds", mart)
