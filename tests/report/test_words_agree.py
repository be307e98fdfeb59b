"""One finding, one set of words: page, alt text, table, front page and board agree in every case."""

from __future__ import annotations

import itertools
import re

import pandas as pd
import pytest
from mart_figures import column_names, row

from valuekit.mart import TABLES, About, Mart, write_mart
from valuekit.report.board import BoardReport
from valuekit.report.charts import look
from valuekit.report.pages import Pages
from valuekit.report.service import ServiceReport

SIGNS = {"better": 1, "worse": -1, "uncertain": 0, "too_few": 0}
CASES = list(
    itertools.product(SIGNS, ("increase", "decrease", "neutral"), ("share", "mean"), ("outcome", "cost"))
)


def name_of(case: tuple[str, ...]) -> str:
    return "Case " + " ".join(case).replace("_", " ")


def figures(verdict: str, direction: str) -> tuple[float | None, float | None, float | None]:
    """Difference and its interval that fit the verdict; a neutral measure goes up where it is 'better'."""
    if verdict == "too_few":
        return None, None, None
    size = 5.0 * SIGNS[verdict] * (-1 if direction == "decrease" else 1)
    return (size, size - 2, size + 2) if size else (0.5, -1.5, 2.5)


def expected(verdict: str, direction: str, role: str) -> str:
    """The words, worked out here from the figures alone."""
    if verdict in ("uncertain", "too_few"):
        return verdict
    if role == "cost" or direction == "neutral":
        return "higher" if figures(verdict, direction)[0] > 0 else "lower"
    return verdict


PHRASE = {
    "better": "better than in the 12 months before",
    "worse": "worse than in the 12 months before",
    "higher": "higher than in the 12 months before",
    "lower": "lower than in the 12 months before",
    "uncertain": "no clear difference from the 12 months before",
    "too_few": "too few people to compare with the 12 months before",
}
CELL = {"uncertain": "No clear difference", "too_few": "Too few people"}
BOARD = {"uncertain": "no clear difference for", "too_few": "too few people to tell for"}


@pytest.fixture(scope="module", params=["public", "board", "clinical"])
def mart(request, tmp_path_factory) -> Mart:
    """A mart of one service with a measure for every case."""
    rows: dict[str, list[dict]] = {name: [] for name in TABLES}
    rows["service"].append(row("service", service="s", position=1, name="Service", pathways=400))
    for position, case in enumerate(CASES, 1):
        verdict, direction, statistic, role = case
        difference, lower, upper = figures(verdict, direction)
        common = {"service": "s", "measure": f"m{position}"}
        unit = "£" if role == "cost" else "%" if statistic == "share" else "days"
        rows["measure"].append(
            row(
                "measure", **common, position=position, name=name_of(case), definition="D.",
                statistic=statistic, unit=unit, decimals=1, direction=direction, role=role, interval="month",
            )
        )  # fmt: skip
        few = verdict == "too_few"
        rows["headline"].append(
            row(
                "headline", **common, year_words="2026", year_n=400, year_value=50.0, year_lower=48.0,
                year_upper=52.0, year_eligible=450, completeness=0.89, before_words="2025", before_n=390,
                before_value=None if few else 50.0 - difference, difference=difference, diff_lower=lower,
                diff_upper=upper, verdict=verdict,
            )
        )  # fmt: skip
        for month in (1, 2):
            rows["series"].append(
                row(
                    "series", **common, period=f"2026-0{month}", period_start=pd.Timestamp(2026, month, 1),
                    n=40, value=50.0 + month, lower=45.0, upper=55.0, shown=True, chart="run", phase=1,
                )
            )  # fmt: skip
    frames = {name: pd.DataFrame(found, columns=column_names(name)) for name, found in rows.items()}
    folder = tmp_path_factory.mktemp("agree") / request.param
    write_mart(folder, About("T", "2026-10", True, request.param), frames)
    return Mart(folder)


@pytest.fixture(scope="module")
def said(mart, tmp_path_factory) -> dict[str, str]:
    """What the page, the front page's table and the board say, as Markdown without escapes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(look, "svg", lambda chart: "<svg/>")
        patch.setenv("QUARTO_DOCUMENT_PATH", str(tmp_path_factory.mktemp("document")))
        report, board = ServiceReport("s", mart), BoardReport(mart)
        shown = {
            "page": report.outcomes()._repr_markdown_() + report.cost()._repr_markdown_(),
            "glance": report.at_a_glance()._repr_markdown_(),
            "changed": board.changed()._repr_markdown_(),
            "unclear": board.unclear()._repr_markdown_(),
            "summary": report.summary()._repr_markdown_(),
            "home": Pages(mart).home()._repr_markdown_(),
        }
    return {name: text.replace("\\", "") for name, text in shown.items()}


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_page_alt_text_table_and_board_say_the_same(said, case):
    name, way = name_of(case), expected(case[0], case[1], case[3])
    lower = name[0].lower() + name[1:]
    assert f"{name}: {PHRASE[way]}, at " in said["page"]
    alt = re.search(rf'fig-alt="({re.escape(name)},.*?)"', said["page"])
    assert alt and f"Newest 12 months: {PHRASE[way]}." in alt[1]
    line = re.search(rf"<th[^>]*>{re.escape(name)}</th>.*?</tr>", said["glance"], re.S)
    assert line and f">{CELL.get(way, way.capitalize())}<" in line[0]
    on_board = re.findall(rf"\*\*Service, {re.escape(lower)}:\*\* (\w+),", said["changed"])
    assert on_board == ([] if way in BOARD else [way])
    for other, words in BOARD.items():
        part = next((p for p in said["unclear"].split(";") if words in p), "")
        names = re.split(r", | and |\.$", part.split(" for ", 1)[-1].strip())
        assert (lower in names) == (way == other)


def test_the_summary_and_the_front_page_name_what_moved_in_the_same_words(said):
    for way in ("better", "worse", "higher", "lower"):
        moved = [
            name_of(c)[0].lower() + name_of(c)[1:]
            for c in CASES
            if c[3] == "outcome" and expected(c[0], c[1], c[3]) == way
        ]
        assert moved and f"{way} for {', '.join(moved[:-1])} and {moved[-1]}" in said["summary"]
        assert f"{way} for {', '.join(moved[:-1])} and {moved[-1]}" in said["home"]
