"""The steps of a change in spending: the chart, its alt text and its table say one thing and add up."""

from __future__ import annotations

import re
from decimal import Decimal
from types import SimpleNamespace as R

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from valuekit.report import money as money_parts
from valuekit.report.audience import rows
from valuekit.report.charts import look
from valuekit.report.charts.waterfall import _placed, waterfall
from valuekit.report.show import Figure, Words
from valuekit.report.words import costs, money

SVG = "{http://www.w3.org/2000/svg}"
PARTS = ("before", "volume", "mix", "stay", "inflation", "price", "after", "change")


def lines(amounts: dict[str, float], basis: str = "spend", shown: bool = True) -> list[R]:
    """Rows of ``cost_driver``; `amounts` has the first year and the steps, in pounds."""
    amounts = {"before": 0.0, **amounts}
    amounts["change"] = sum(v for part, v in amounts.items() if part != "before")
    amounts["after"] = amounts["before"] + amounts["change"]
    return [
        R(
            basis=basis, part=part, position=i, name=f"{part.capitalize()}: what it is", shown=shown,
            amount=amounts[part], lower=None, upper=None, n=500, before_n=480, words="2026",
            before_words="2025",
        )
        for i, part in enumerate(PARTS, 1)
        if part in amounts
    ]  # fmt: skip


def drawn(name: str, chart: object, caption: str, alt: str) -> Words | Figure:
    return Words((alt,)) if chart is None else Figure(name, look.svg(chart), caption, alt, "x")


BY_HAND = {"before": 1000.0, "volume": -200.0, "mix": 50.0, "stay": -300.0, "inflation": 40.0, "price": 10.0}


def test_each_step_begins_where_the_last_ended_and_the_last_ends_at_the_newest_year():
    # 1000, 800, 850, 550, 590, 600 by hand.
    table = _placed([r for r in lines(BY_HAND) if r.part != "change"])
    assert table["end"].tolist() == [1000, 800, 850, 550, 590, 600, 600]
    assert table["low"].tolist() == [1000, 800, 800, 550, 550, 590, 600]
    assert table["level"].tolist() == [True, *[False] * 5, True]
    more, less = table["fill"][2], table["fill"][1]
    assert more != less and table["fill"][1:6].tolist() == [less, more, less, more, more]


def test_what_is_more_and_what_is_less_can_be_told_without_colour():
    texts = [
        "".join(t.itertext()).strip()
        for t in etree.fromstring(look.svg(waterfall(lines(BY_HAND))).encode()).iter(f"{SVG}text")
    ]
    assert {"£1,000", "−£200", "+£50", "−£300", "+£40", "+£10", "£600"} <= set(texts)
    assert {"Year before", "Volume", "Mix", "Stay", "Inflation", "Price", "Newest year"} <= set(texts)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=5, max_size=5), st.integers(0, 10**10))
def test_the_parts_in_the_table_add_up_to_the_penny(parts, before):
    amounts = {"before": before / 100}
    amounts |= {part: p / 100 for part, p in zip(PARTS[1:6], parts, strict=True)}
    made = lines(amounts)
    for row, pence in zip(made, [before, *parts, before + sum(parts), sum(parts)], strict=True):
        row.amount = pence / 100
    table = html.fromstring(money_parts._drivers_table("x", made).html)
    cells = {tr[0].text_content().split(":")[0]: tr[3].text_content() for tr in table.iter("tr")}
    said = {
        name: Decimal(re.sub(r"[£,+]", "", text).replace("−", "-"))
        for name, text in cells.items()
        if name != "Part"
    }
    steps = sum(said[name] for name in ("Volume", "Mix", "Stay", "Inflation", "Price"))
    assert steps == said["Change"] == said["After"] - said["Before"]


def test_chart_alt_text_and_table_say_one_thing(mart_of):
    found = rows(mart_of("public").of("cost_driver", "stroke"))
    text = money_parts.drivers("stroke", found, drawn)._repr_markdown_()
    alt = money.drivers_alt(found)
    spend = {r.part: r for r in found if r.basis == "spend"}
    for part in ("mix", "stay", "inflation", "price", "volume"):
        amount = f"{abs(spend[part].amount):,.0f}"
        assert amount in alt and amount in text.replace("\u2060", "")
    assert alt.split("; £")[0].count("£") == 6 and "fig-alt" in text


def test_what_may_not_be_shown_is_not_drawn_and_is_said(mart_of):
    found = rows(mart_of("public").of("cost_driver", "endocarditis"))
    assert waterfall(found) is None and waterfall([]) is None
    assert money.drivers_alt([]) == "The steps from one year's spending to the next cannot be shown."
    text = money_parts.drivers("endocarditis", found, drawn)._repr_markdown_()
    assert "too few pathways" in text and "fig-alt" not in text


def test_the_page_says_in_which_prices_two_years_are_compared(mart_of):
    years = rows(mart_of("public").of("value", "stroke"))
    said = costs.value_prices(years)
    assert said.startswith("Costs here are in the prices of 2025/26, so that the two years can be compared")
    assert costs.in_prices(years) == " in the prices of 2025/26" and costs.in_prices([]) == ""
    assert costs.value_prices([R(prices="")]).startswith("Costs here are as they were posted")
