"""Acceptability curves, the frontier along them, ratios and net benefit: chart, alt text and tables."""

from __future__ import annotations

from types import SimpleNamespace as R

import pytest
from lxml import etree, html

from valuekit.report import economics
from valuekit.report.charts import look
from valuekit.report.charts.acceptability import LINES, acceptability, frontier
from valuekit.report.words import economics as words

SVG = "{http://www.w3.org/2000/svg}"


def curve(shares: dict[str, list[float]], best: list[str], comparison: str = "options") -> list[R]:
    """Rows of ``acceptability`` at £0, £1,000, £2,000 … for options with their shares; the first is `a`."""
    return [
        R(
            service="s", comparison=comparison, price=1000.0 * i, price_says="one more person cured",
            option=option, option_words=f"Way {option}", probability=share, benefit=0.0,
            gain=None if option == "a" else 100.0 * i - 250, gain_lower=-300.0 + i, gain_upper=500.0 + i,
            best=best[i] == option,
        )
        for option, values in shares.items()
        for i, share in enumerate(values)
    ]  # fmt: skip


TWO = curve({"a": [0.9, 0.6, 0.3, 0.2], "b": [0.1, 0.4, 0.7, 0.8]}, list("aabb"))
THREE = curve({"a": [0.6, 0.4, 0.3], "b": [0.3, 0.35, 0.3], "c": [0.1, 0.25, 0.4]}, list("abc"))


def test_the_frontier_follows_the_best_option_and_leaps_where_it_changes():
    found = frontier(TWO)
    assert found[["price", "share"]].values.tolist() == [[0, 0.9], [1000, 0.6], [2000, 0.7], [3000, 0.8]]
    assert found["run"].tolist() == ["0", "0", "1", "1"]


def test_an_option_best_at_one_price_alone_is_drawn_half_way_to_its_neighbours():
    # b at £1,000: 0.35, and half way 0.325 at £500 and at £1,500.
    own = frontier(THREE).query("run == '1'")[["price", "share"]].to_numpy().tolist()
    assert own == [[500, pytest.approx(0.325)], [1000, 0.35], [1500, pytest.approx(0.325)]]


def test_options_are_told_by_their_lines_and_names_and_not_by_colour():
    tree = etree.fromstring(look.svg(acceptability(THREE)).encode())
    texts = {" ".join("".join(t.itertext()).split()) for t in tree.iter(f"{SVG}text")}
    assert {"Way a", "Way b", "Way c", "0%", "50%", "100%", "£0", "£2,000"} <= texts
    dashes = {
        style
        for path in tree.iter(f"{SVG}path")
        for style in path.get("style", "").split(";")
        if "stroke-dasharray" in style
    }
    assert len(dashes) >= 2 and len(LINES) >= 3


def test_one_option_or_one_price_is_no_curve():
    assert acceptability([r for r in TWO if r.option == "a"]) is None
    assert acceptability([r for r in TWO if r.price == 0]) is None and acceptability([]) is None
    assert words.acceptability_alt([]).endswith("cannot be shown yet.")


def test_the_alt_text_gives_both_ends_of_each_curve_and_the_frontier():
    said = words.acceptability_alt(TWO)
    assert "“way a” 90% at £0 and 20% at £3,000; “way b” 10% at £0 and 80% at £3,000." in said
    assert "from £0 to £1,000 it is “way a” and from £2,000 to £3,000 it is “way b”" in said


def cells(markdown: str, name: str) -> list[list[str]]:
    block = markdown.split(f"tbl-{name}}}")[1].split("```{=html}")[1].split("```")[0]
    return [[cell.text_content() for cell in tr] for tr in html.fromstring(block).iter("tr")]


def shown(rows: list[R], options: list[R]) -> str:
    increment = R(
        service="s", comparison="options", option="b", against="a", option_words="Way b",
        against_words="Way a", words="2026", n=90, against_n=80, completeness=0.9, against_completeness=0.8,
        cost_difference=250.0, cost_lower=100.0, cost_upper=400.0,
        outcome_difference=5.0, outcome_lower=-2.0, outcome_upper=12.0, cost_se=70.0,
        outcome_se=3.5, correlation=0.0, dearer_better=0.9, cheaper_better=0.0, cheaper_worse=0.0,
        dearer_worse=0.1, draws=1000, ratio=None, ratio_lower=None, ratio_upper=None, ratio_kind="not_clear",
        prices="2025/26", shown=True, reason="",
    )  # fmt: skip
    figure = lambda name, chart, caption, alt: economics.Points((economics.Item(f"{name}: {alt}"),))  # noqa: E731
    return economics.side_by_side("s", [increment], options, rows, figure)._repr_markdown_()


def an_option(name: str, position: int, status: str, **ratio: object) -> R:
    none = {"ratio": None, "ratio_lower": None, "ratio_upper": None, "ratio_kind": "", "against_words": ""}
    return R(
        service="s", comparison="options", option=name, option_words=f"Way {name}", position=position, n=80,
        completeness=0.8, cost=1000.0, outcome=50.0, status=status, shown=True, reason="",
        **{**none, **ratio},
    )  # fmt: skip


def test_the_table_gives_the_ratio_with_its_interval_or_why_there_is_none():
    options = [
        an_option("a", 1, "frontier"),
        an_option("b", 2, "extended"),
        an_option("c", 3, "dominated"),
        an_option(
            "d", 4, "frontier", ratio=2000.0, ratio_upper=3775.0, ratio_lower=951.0, ratio_kind="price"
        ),
        an_option("e", 5, "frontier", ratio_kind="not_clear"),
    ]
    text = shown(TWO, options)
    assert cells(text, "s-increments")[1][1:3] == ["90 and 80", "90% and 80%"]
    assert cells(text, "s-quarters")[1][1:] == ["90%", "0%", "0%", "10%"]
    assert cells(text, "s-increments")[1][5] == "none: outcome not clear of nought"
    assert {row[2] for row in cells(text, "s-options")[1:]} == {"80%"}
    assert [row[5:] for row in cells(text, "s-options")[1:]] == [
        ["yes", "the first"],
        ["no: extended dominance", ""],
        ["no: dominated", ""],
        ["yes", "£2,000 (£951 to £3,775)"],
        ["yes", "none: outcome not clear of nought"],
    ]


def test_net_benefit_stands_over_the_range_of_prices_with_its_interval():
    rows = cells(shown(TWO, []), "s-prices-options")
    assert rows[0] == ["At a price of", "Net benefit of Way b", "Highest net benefit", "Share of draws"]
    assert rows[1] == ["£0", "−£250 (−£300 to £500)", "Way a", "90%"]
    assert len(rows) == 5


def test_an_end_of_the_interval_in_another_quarter_is_said_in_the_cell():
    row = R(ratio_kind="price", ratio=500.0, ratio_lower=None, ratio_upper=900.0)
    assert words.ratio_cell(row) == "£500 (cheaper and better to £900)"
