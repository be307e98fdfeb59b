"""A chart's alt text says the finding of the text beside it, in the same words, in every case.

PDF and page are made of one Markdown, and the board quotes the same sentences: so what the text and the alt
text of a figure say is what every reader gets. Year comparisons stand in ``test_words_agree.py``.
"""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from mart_figures import row

from valuekit.report import icons
from valuekit.report.words import case_mix, charts, costs, measures, money, people, sites


def a_row(table: str, **values):
    return SimpleNamespace(**row(table, **values))


MEASURE = a_row(
    "measure", measure="m", name="Independent", statistic="share", unit="%", decimals=1, direction="increase"
)


def fifth(number: int, value: float | None, half: float = 2.0):
    hidden = value is None
    return a_row(
        "inequality", fifth=number, n=None if hidden else 200, value=value, shown=not hidden,
        lower=None if hidden else value - half, upper=None if hidden else value + half,
        reason="suppressed" if hidden else "",
    )  # fmt: skip


INEQUALITY = {
    "lower in the most deprived fifth than in the least": (40.0, 50.0),
    "higher in the most deprived fifth than in the least": (50.0, 40.0),
    "no clear difference between the most and the least deprived": (46.0, 47.0),
}


@pytest.mark.parametrize("says", INEQUALITY)
def test_inequality(says):
    first, last = INEQUALITY[says]
    fifths = [fifth(1, first), fifth(3, 45.0), fifth(5, last)]
    text, alt = people.inequality(MEASURE, fifths), people.inequality_alt(MEASURE, fifths)
    assert says in text and says in alt.lower()
    assert not any(other in text or other in alt.lower() for other in INEQUALITY if other != says)


def test_inequality_with_a_hidden_end_judges_nothing_in_either():
    fifths = [fifth(1, None), fifth(5, 50.0)]
    text, alt = people.inequality(MEASURE, fifths), people.inequality_alt(MEASURE, fifths)
    assert "cannot be compared" in text and "to protect people's privacy" in text
    assert "to protect people's privacy" in alt
    assert not any(says in alt.lower() for says in INEQUALITY)


def year(day: str, outcome: float, cost: float):
    return a_row(
        "value", words=day, period_start=pd.Timestamp(day), n=400, outcome=outcome, outcome_lower=outcome - 2,
        outcome_upper=outcome + 2, cost=cost, cost_lower=cost - 300, cost_upper=cost + 300, shown=True,
    )  # fmt: skip


VALUE = {
    "the outcome is higher and the cost is lower": (50, 9_000),
    "the outcome is lower and the cost is higher": (30, 12_000),
    "the outcome is higher and the cost shows no clear difference": (50, 10_050),
    "the outcome shows no clear difference and the cost is higher": (40, 12_000),
    "Neither the outcome nor the cost differs clearly": (40.5, 10_050),
}


@pytest.mark.parametrize("says", VALUE)
def test_value(says):
    years = [year("2025-11-01", *VALUE[says]), year("2024-11-01", 40, 10_000)]
    text, alt = costs.value_change(years), costs.value_alt(years)
    assert says in text and says in alt
    assert not any(other in text or other in alt for other in VALUE if other != says)


def test_value_of_one_year_compares_nothing():
    years = [year("2025-11-01", 50, 9_000)]
    assert "not yet two years" in costs.value_change(years)
    assert not any(says in costs.value_alt(years) for says in VALUE)


def drivers(amount: float, half: float, shown: bool = True):
    common = {"before_words": "2024", "words": "2025", "n": 400, "before_n": 390, "shown": shown}
    steps = [("before", 1000), ("volume", 10), ("mix", 0), ("stay", amount), ("price", 0), ("inflation", 0)]
    steps += [("after", 1010 + amount), ("change", 10 + amount)]
    parts = ["mix", "stay", "price", "inflation"]
    rows = [("spend", part, value, None, None) for part, value in steps]
    rows += [("unit", part, amount if part == "stay" else 0.0, -1.0, 1.0) for part in parts]
    rows += [("unit", "change", amount, amount - half, amount + half)]
    return [
        a_row("cost_driver", basis=basis, part=part, position=i, amount=float(value) if shown else None,
              lower=low, upper=high, **common)
        for i, (basis, part, value, low, high) in enumerate(rows)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "half", "says"),
    [
        (-300.0, 100.0, "A pathway cost less in 2025 than in 2024"),
        (300.0, 100.0, "A pathway cost more in 2025 than in 2024"),
        (50.0, 100.0, "The cost of a pathway shows no clear change between 2024 and 2025"),
    ],
)
def test_cost_drivers(amount, half, says):
    rows = drivers(amount, half)
    assert says in money.drivers(rows) and says in money.drivers_alt(rows)


def test_cost_drivers_of_too_few_say_so_in_both():
    rows = drivers(50.0, 100.0, shown=False)
    assert "too few pathways" in money.drivers(rows) and "cannot be shown" in money.drivers_alt(rows)


def site(name: str, place: str, value: float):
    return a_row(
        "funnel", site=name, n=200, value=value, lower=value - 6, upper=value + 6, average=45.0, place=place,
        shown=True, widened=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("above_998", "one site differs from the average by more than chance would make likely: B is higher"),
        ("below_998", "one site differs from the average by more than chance would make likely: B is lower"),
        ("inside", "no site differs from the others by more than chance would make likely"),
        ("above_95", "no site differs from the others by more than chance would make likely"),
    ],
)
def test_sites(place, says):
    found = [site("A", "inside", 45.0), site("B", place, 60.0), site("C", "inside", 44.0)]
    assert says in sites.sites(MEASURE, found) and says in sites.sites_alt(MEASURE, found)


@pytest.mark.parametrize(
    ("signal", "chart", "says"),
    [
        ("improvement", "t", "this is not reached more rarely"),
        ("concern", "t", "this is not reached more often"),
        ("common", "t", "no unusual change in how often this is not reached"),
        ("", "run", "too few cases in which this is not reached for limits"),
    ],
)
def test_rare_events(signal, chart, says):
    events = [
        a_row("rare", event=i, between=5, centre=6.0, chart=chart, signal=signal, since=3) for i in (2, 3)
    ]
    assert says in charts.rare(MEASURE, events, "t") and says in charts.rare_alt(MEASURE, events, "t")


VARIATION = {
    "improvement": ("improvement", "Improving"),
    "concern": ("concern", "Concern"),
    "neutral": ("neither way is better", "Unusual"),
    "common": ("no unusual change", "No unusual change"),
    "": ("too few points", "Too few points"),
}


@pytest.mark.parametrize("way", ["high", "low"])
@pytest.mark.parametrize("kind", VARIATION)
def test_charts_over_time(kind, way):
    """The paragraph, the label beside the icon (page, PDF, board) and the chart's alt text agree."""
    name = kind if kind in ("", "common") else f"{kind}_{way}"
    in_text, on_icon = VARIATION[kind]
    text = measures.variation(MEASURE, a_row("headline", variation=name))
    label = icons.variation(name).label
    assert in_text in text and label.startswith(on_icon)
    if name != kind:
        word = {"high": "higher", "low": "lower"}[way]
        assert word in text and word in label
    series = [
        a_row(
            "series", period=f"2026-{i:02d}", period_start=date(2026, i, 1), value=50.0, shown=True,
            signal=kind if i == 12 else "common", centre=50.0, chart="xmr" if kind else "run",
        )
        for i in range(1, 13)
    ]  # fmt: skip
    alt = measures.chart_alt(MEASURE, series)
    noun = {"improvement": "1 point of improvement", "concern": "1 point of concern",
            "neutral": "1 point of an unusual change"}.get(kind)  # fmt: skip
    assert (noun in alt) if noun else not any(word in alt for word in ("improvement", "concern", "unusual"))


@pytest.mark.parametrize(("end", "clear"), [(12.0, True), (-12.0, True), (2.0, False)])
def test_the_running_sum_is_clear_of_nought_exactly_where_its_interval_is(end, clear):
    months = [
        a_row("case_mix_period", words=f"month {i}", cumulative=end * i / 2, cumulative_lower=end * i / 2 - 8,
              cumulative_upper=end * i / 2 + 8)
        for i in (1, 2)
    ]  # fmt: skip
    alt = case_mix.running_alt(MEASURE, months)
    assert ("leaves out nought in" in alt) == clear
    assert ("takes in nought in every month" in alt) == (not clear)
