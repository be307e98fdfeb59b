"""The disclosure officer's report: each hidden figure stands there with its reason, and the counts add up."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from valuekit.errors import ValuekitError
from valuekit.mart import TABLES, About, Mart, empty, write_mart
from valuekit.report.suppressed import Suppressed

HIDDEN = pd.DataFrame(
    [
        ("series", "Measures over time", "service a, period May 2026", "value", "a count of few", "primary"),
        ("series", "Measures over time", "service a, period June 2026", "value", "a count of few", "primary"),
        ("stage_cost", "Cost", "service a, stage ward", "amount", "partner of a hidden figure", "secondary"),
    ],
    columns=["table", "title", "row", "column", "reason", "kind"],
)


def report(frame: pd.DataFrame) -> Suppressed:
    return Suppressed(SimpleNamespace(table=lambda name: {"suppression": frame}[name]))


def test_the_finding_comes_first_and_its_counts_add_up():
    text = report(HIDDEN).summary()._repr_markdown_()
    assert text.startswith(
        "3 figures are hidden in public: 2 that would tell of few people, and 1 with which"
    )


def test_every_hidden_figure_stands_there_with_its_row_reason_and_kind():
    text = report(HIDDEN).every_one()._repr_markdown_()
    for words in (
        "period May 2026",
        "period June 2026",
        "stage ward",
        "Partner of a hidden figure",
        "Secondary",
    ):
        assert words in text


def test_where_nothing_is_hidden_it_says_so():
    assert "No figure is hidden" in report(HIDDEN[:0]).summary()._repr_markdown_()


def test_the_public_cannot_have_the_record(tmp_path):
    assert TABLES["suppression"].audiences == ("board", "clinical")
    frames = {name: empty(name) for name in TABLES}
    write_mart(tmp_path, About("A trust", "2026-10", True, "public"), frames)
    assert not (tmp_path / "suppression.parquet").exists()
    with pytest.raises(ValuekitError, match="not for the public"):
        Mart(tmp_path).table("suppression")
