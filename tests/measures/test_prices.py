"""Cost in the prices of one year: the index of a month, and what the table must hold."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.errors import DefinitionError
from valuekit.extracts.sample.effects import KnownEffects
from valuekit.measures.calendar import Span
from valuekit.measures.money import prices
from valuekit.project import Month

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
HEAD = "financial_year,index,source\n"


def deflators(tmp_path: Path, text: str) -> prices.Deflators:
    (tmp_path / "deflators.csv").write_text(HEAD + text, encoding="utf-8")
    return prices.load_deflators(tmp_path)


def test_the_shipped_index_rises_as_the_sample_s_prices_do_every_month():
    monthly = prices.load_deflators(REFERENCE).by_month
    rise = (1 + KnownEffects().annual_cost_rise) ** (1 / 12)
    months = [str(Month(2023, 11).plus(i)) for i in range(36)]
    steps = [monthly[b] / monthly[a] for a, b in itertools.pairwise(months)]
    assert steps == pytest.approx([rise] * 35, rel=1e-6)
    assert "Synthetic" in prices.load_deflators(REFERENCE).source


def test_the_index_of_a_year_stands_for_its_middle(tmp_path):
    # The middle of 2024/25 is the end of September 2024: September and October stand half a month off it.
    found = deflators(tmp_path, "2024/25,100,ONS\n2025/26,112,ONS\n")
    monthly = found.by_month
    assert found.base == "2024/25"
    assert (monthly["2024-09"] * monthly["2024-10"]) ** 0.5 == pytest.approx(100)
    assert (monthly["2025-09"] * monthly["2025-10"]) ** 0.5 == pytest.approx(112)
    assert monthly["2025-04"] / monthly["2025-03"] == pytest.approx(1.12 ** (1 / 12))
    assert next(iter(monthly)) == "2024-04" and list(monthly)[-1] == "2026-03"


def test_base_year_prices_of_two_lines_by_hand():
    example = prices._example()
    assert dict(example.result) == pytest.approx(dict(example.published))


@given(st.integers(-(10**9), 10**9))
def test_with_an_index_that_stands_still_real_and_cash_are_the_same(pence):
    still = prices.Deflators((2025,), (100.0,), "s")
    frame = prices.in_base_prices(pd.DataFrame({"month": ["2025-07"], "pence": [pence]}), still)
    assert frame["real"].tolist() == [pence]


def test_a_month_outside_the_table_is_refused_with_its_financial_year(tmp_path):
    found = deflators(tmp_path, "2024/25,97,ONS\n2025/26,100,ONS\n")
    lines = pd.DataFrame({"month": ["2026-03", "2026-04", "2027-01", "2024-03"], "pence": [1, 1, 1, 1]})
    with pytest.raises(DefinitionError) as caught:
        prices.in_base_prices(lines, found)
    said = str(caught.value)
    assert "no price index for 2026/27" in said and "no price index for 2023/24" in said
    assert said.count("2026/27") == 1 and "deflators.csv" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2024-25,100,ONS\n", "deflators.csv:2: '2024-25' is not a financial year"),
        ("2024/26,100,ONS\n", "'2024/26' is not a financial year"),
        ("2023/24,99,ONS\n2025/26,100,ONS\n", "deflators.csv:3: a financial year is missing"),
        ("2024/25,0,ONS\n", "the index '0' is not a positive number"),
        ("2024/25,many,ONS\n", "the index 'many' is not a positive number"),
        ("2024/25,100,\n", "the index has no source"),
        ("2024/25,99,ONS\n", "0 years have the index 100"),
        ("2024/25,100,ONS\n2025/26,100,ONS\n", "2 years have the index 100"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_its_line(tmp_path, text, says):
    with pytest.raises(DefinitionError, match=says.replace("(", r"\(")):
        deflators(tmp_path, text)


def test_a_table_that_is_not_there_or_has_other_columns_is_refused(tmp_path):
    with pytest.raises(DefinitionError, match=r"deflators.csv: there is no such file"):
        prices.load_deflators(tmp_path)
    (tmp_path / "deflators.csv").write_text("year,index\n2024/25,100\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="Use these columns: financial_year, index, source"):
        prices.load_deflators(tmp_path)


def test_the_means_of_each_year_in_cash_and_base_prices_by_hand():
    # Two pathways in 2025 (£100 and £300: mean 200), one in 2026 (£110), which is £100 in base prices.
    pathway = pd.DataFrame(
        {"pathway": ["a", "b", "c"], "began": pd.to_datetime(["2025-02-01", "2025-12-31", "2026-01-01"])}
    )
    priced = pd.DataFrame(
        {"pathway": ["a", "b", "c"], "pence": [10_000, 30_000, 11_000], "real": [10_500, 31_500, 10_000]}
    )
    years = [Span(Month(2025, 1), 12), Span(Month(2026, 1), 12)]
    table = prices.price_cost(pathway, priced, years, prices.Deflators((2026,), (100.0,), "s"))
    assert table[["n", "cash", "real"]].values.tolist() == [[2, 200.0, 210.0], [1, 110.0, 100.0]]
    # t(0.975, 1) = 12.7062 times the standard error 100.
    assert table["cash_upper"].iloc[0] == pytest.approx(200 + 12.7062 * 100, rel=1e-5)
