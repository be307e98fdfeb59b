"""Words, tables and the plane for options side by side, composites, dated changes and tipping points."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_sentences import rows_of, unfit

from valuekit.mart import TABLES
from valuekit.report import economics
from valuekit.report.charts import look
from valuekit.report.charts.plane import plane
from valuekit.report.show import Words
from valuekit.report.words import breaks, costs
from valuekit.report.words import economics as words


def a_row(table: str, **values) -> SimpleNamespace:
    return SimpleNamespace(**{column.name: None for column in TABLES[table].columns} | values)


def an_increment(**values) -> SimpleNamespace:
    plain = {
        "service": "stroke", "comparison": "year", "option": "now", "against": "before",
        "option_words": "March 2025 to February 2026", "against_words": "March 2024 to February 2025",
        "n": 795, "against_n": 785, "completeness": 0.91, "against_completeness": 0.894,
        "cost_difference": -1460.0, "cost_lower": -2200.0, "cost_upper": -720.0,
        "outcome_difference": 2.1, "outcome_lower": -2.8, "outcome_upper": 7.0, "cost_se": 380.0,
        "outcome_se": 2.5, "correlation": 0.1, "dearer_better": 0.0, "cheaper_better": 0.87,
        "cheaper_worse": 0.13, "dearer_worse": 0.0, "draws": 1000.0, "ratio_kind": "dominant",
        "prices": "2025/26", "shown": True, "reason": "",
    }  # fmt: skip
    return a_row("increment", **plain | values)


# ---------------------------------------------------------------- options side by side


def test_the_finding_comes_first_with_the_share_of_draws_and_both_differences():
    text = words.increment(an_increment())
    assert text.startswith("In 87% of 1,000 draws the cost was lower and the outcome better, in 13%")
    assert "not clear" in text and "(n = 795, known for 91%)" in text and "(n = 785, known for 89%)" in text
    assert "−£1,460 (95% interval −£2,200 to −£720)" in text
    assert "+2.1 percentage points (95% interval −2.8 to 7.0)" in text


@pytest.mark.parametrize(
    ("quarter", "says"),
    [
        ("dearer_better", "the cost was higher and the outcome better"),
        ("cheaper_better", "the cost was lower and the outcome better"),
        ("cheaper_worse", "the cost was lower and the outcome worse"),
        ("dearer_worse", "the cost was higher and the outcome worse"),
    ],
)
def test_each_quarter_has_its_own_words_and_is_clear_from_95_in_100(quarter, says):
    none = dict.fromkeys(words.QUADRANTS, 0.0)
    clear = words.increment(an_increment(**none | {quarter: 0.97, "draws": 1000.0}))
    assert clear.startswith(f"In 97% of 1,000 draws {says}. ") and "not clear" not in clear


@pytest.mark.parametrize(
    ("kind", "ratio", "says"),
    [
        ("price", 3800.0, "That is £3,800 for one more person cured (95% interval £900 to £16,500)."),
        (
            "saving",
            3800.0,
            "That saves £3,800 for each good outcome given up (95% interval £900 to £16,500).",
        ),
        ("dominant", None, "cost no more and achieved more, so no ratio is stated."),
        ("dominated", None, "cost more and achieved less, so no ratio is stated."),
        ("same_outcome", None, "there is no ratio of cost to outcome."),
        ("not_clear", None, "not clear of nought, so no ratio is stated."),
        ("not_a_choice", None, "Nobody chooses between these groups"),
    ],
)
def test_a_ratio_is_said_where_it_means_something_and_else_why_there_is_none(kind, ratio, says):
    row = an_increment(ratio_kind=kind, ratio=ratio, ratio_lower=900.0, ratio_upper=16_500.0)
    assert says in words.ratio(row, "one more person cured")


def test_an_interval_that_reaches_into_another_quarter_says_so():
    row = an_increment(ratio_kind="price", ratio=3800.0, ratio_lower=None, ratio_upper=16_500.0)
    assert "(95% interval from cheaper and better to £16,500)" in words.ratio(row)
    row = an_increment(ratio_kind="saving", ratio=3800.0, ratio_lower=None, ratio_upper=16_500.0)
    assert "(95% interval from dearer and worse to £16,500)" in words.ratio(row)


def test_what_cannot_be_shown_says_why():
    hidden = an_increment(shown=False, reason="suppressed", cost_difference=None, outcome_difference=None)
    assert "to protect people's privacy" in words.increment(hidden) and words.ratio(hidden) == ""


def test_the_price_year_of_the_costs_is_named_and_the_lack_of_chance_in_options():
    assert words.caveat([an_increment()]) == "Costs are in the prices of 2025/26."
    assert "as they were paid" in words.caveat([an_increment(prices="")])
    assert "allotted" in words.caveat([an_increment(comparison="options")])


def a_price(price, option, probability, best=True):
    return a_row(
        "acceptability", comparison="options", price=float(price), price_says="one more person cured",
        option=option, option_words=f"Way {option}", probability=probability, benefit=0.0, best=best,
    )  # fmt: skip


def test_the_best_option_is_said_for_all_prices_or_by_price():
    always = words.best([a_price(0, "a", 0.8), a_price(0, "b", 0.2, best=False), a_price(1000, "a", 0.6)])
    assert "At every price looked at, from £0 to £1,000" in always and "(in 60% to 80% of draws)" in always
    mixed = words.best([a_price(0, "a", 0.8), a_price(1000, "b", 0.6), a_price(2000, "b", 0.7)])
    assert "at £0 it is “way a” and from £1,000 to £2,000 it is “way b”" in mixed


def test_of_three_options_dominance_is_said_in_words_and_of_two_not_again():
    three = [
        a_row("option", comparison="options", option_words=name, status=status, shown=True)
        for name, status in (("One", "frontier"), ("Two", "extended"), ("Three", "dominated"))
    ]
    text = words.dominance(three)
    assert "worth having at some price: “one”" in text and "no better: “three”" in text
    assert "mixture of its neighbours: “two”" in text
    assert words.dominance(three[:2]) == ""


def test_the_block_has_sentences_the_plane_and_tables_without_repeating_a_price_table():
    drawn = []

    def figure(name, chart, caption, alt):
        drawn.append((name, chart, caption, alt))
        return Words((alt,))

    curve = [a_price(0, "a", 0.8), a_price(1000, "a", 0.6)]
    rows = [an_increment(), an_increment(comparison="options", option="a", option_words="Way a")]
    text = economics.side_by_side("stroke", rows, [], curve, figure)._repr_markdown_()
    assert [d[0] for d in drawn] == ["plane"] and drawn[0][1] is not None
    assert "tbl-stroke-increments" in text and "tbl-stroke-prices-options" in text
    assert "tbl-stroke-prices-year" not in text
    assert "not yet two years" in economics.side_by_side("s", [], [], [], figure)._repr_markdown_()


def test_the_plane_names_its_quarters_and_each_option_and_shows_no_patient():
    svg = look.svg(
        plane([an_increment(), an_increment(option="most", option_words="x", cost_difference=300.0)])
    )
    texts = [
        " ".join("".join(t.itertext()).split())
        for t in etree.fromstring(svg.encode()).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert {"Dearer, worse", "Dearer, better", "Cheaper, worse", "Cheaper, better"} <= set(texts)
    assert {"Newest", "12 months", "Most", "deprived"} <= set(texts)
    assert plane([an_increment(shown=False)]) is None


# ---------------------------------------------------------------- the value ratio


def test_both_intervals_of_the_ratio_are_said():
    row = a_row(
        "value", ratio=4.61, ratio_lower=4.19, ratio_upper=5.06, shown=True, fieller_lower=4.2,
        fieller_upper=5.05, bootstrap_lower=4.19, bootstrap_upper=5.06,
    )  # fmt: skip
    assert "Fieller's method gives 4.20 to 5.05, the bootstrap 4.19 to 5.06." in costs.ratio(row)


# ---------------------------------------------------------------- composite


def a_composite(**values):
    plain = {
        "name": "Recovery", "words": "the year", "period_start": date(2025, 3, 1), "n": 880, "raters": 52,
        "value": 71.9, "lower": 69.8, "upper": 73.9, "equal_weights": 72.2, "difference": 3.1,
        "diff_lower": 1.0, "diff_upper": 5.2, "shown": True, "reason": "",
    }  # fmt: skip
    return a_row("composite", **plain | values)


PARTS = [
    a_row("composite_part", name=name, weight=weight, position=i, raters=52, value=50.0, n=880, shown=True)
    for i, (name, weight) in enumerate((("Surviving", 0.4), ("Being at home", 0.6)))
]


def test_a_composite_stands_with_its_weights_their_raters_and_equal_weights():
    text = words.composite([a_composite()], PARTS)
    assert text.startswith("Recovery: 71.9 of 100") and "95% interval 69.8 to 73.9" in text
    assert "being at home 0.60 and surviving 0.40" in text and "52 patients" in text
    assert "With equal weights it would be 72.2." in text
    assert "It is higher than in the 12 months before, by +3.1" in text


@pytest.mark.parametrize(
    ("ends", "says"), [((-5.2, -1.0), "It is lower than"), ((-1.0, 5.2), "No clear difference from")]
)
def test_a_composite_that_moved_is_said_to_be_lower_or_not_clearly_different(ends, says):
    low, high = ends
    row = a_composite(difference=(low + high) / 2, diff_lower=low, diff_upper=high)
    assert says in words.composite([row], PARTS)


def test_a_refused_composite_says_why_and_none_declared_says_nothing():
    refused = a_composite(
        shown=False, value=None, reason="too few: a part was rated by fewer than 8 patients"
    )
    assert "is not shown: too few: a part was rated by fewer than 8 patients." in words.composite(
        [refused], []
    )
    assert economics.composite("s", [], [])._repr_markdown_() == ""


# ---------------------------------------------------------------- dated changes, tipping points

STAY = SimpleNamespace(name="Days in hospital", unit="days", decimals=1, measure="stay")


def a_break(**values):
    plain = {
        "change": "c", "measure": "stay", "interval": "month", "points_before": 16, "points_after": 17,
        "level": -3.5, "level_lower": -5.0, "level_upper": -2.0, "level_verdict": "better", "slope": 0.1,
        "slope_lower": -0.1, "slope_upper": 0.3, "slope_verdict": "uncertain", "shown": True, "reason": "",
    }  # fmt: skip
    return a_row("interrupted", **plain | values)


def test_a_step_at_the_date_is_said_with_interval_points_and_without_a_cause():
    text = breaks.interrupted(a_break(), STAY, date(2025, 3, 1))
    assert "16 points before and 17 after" in text and "1 March 2025" in text
    assert "the level changed for the better" in text and "−3.5 days (95% interval −5.0 to −2.0)" in text
    assert "not clear of nought" in text
    assert unfit([text]) == []


def test_no_clear_step_and_too_few_points_are_findings():
    assert "no clear step" in breaks.interrupted(a_break(level_verdict="uncertain"), STAY, None)
    text = breaks.interrupted(a_break(shown=False, level=None, slope=None, points_before=2), STAY, None)
    assert "too few points" in text and "2 before and 17 after" in text


def test_changes_over_time_have_a_table_with_only_those_that_can_be_told():
    change = SimpleNamespace(change="c", title="Early discharge", date=date(2025, 3, 1))
    text = economics.over_time("stroke", [a_break()], [change], [STAY])._repr_markdown_()
    assert "tbl-stroke-interrupted" in text and "Early discharge" in text
    hidden = [a_break(shown=False, level=None, slope=None)]
    assert "tbl-" not in economics.over_time("stroke", hidden, [change], [STAY])._repr_markdown_()
    assert economics.over_time("stroke", [], [change], [STAY])._repr_markdown_() == ""


def a_tipping(**values):
    plain = {
        "says": "days in hospital", "words": "the year", "n": 871, "at": 14.0, "lower": 11.0, "upper": 17.0,
        "slope_before": 300.0, "slope_after": 650.0, "p": 0.002, "shown": True, "reason": "",
    }  # fmt: skip
    return a_row("tipping", **plain | values)


def test_a_tipping_point_is_said_with_its_interval_and_both_slopes():
    text = breaks.tipping(a_tipping())
    assert "rises faster beyond 14 (95% interval 11 to 17)" in text and "£650" in text and "£300" in text
    assert "less fast" in breaks.tipping(a_tipping(slope_after=100.0))
    assert "upper end beyond what was tried" in breaks.tipping(a_tipping(upper=None))


@pytest.mark.parametrize("reason", ["too few", "hardly varies", "no break"])
def test_no_tipping_point_is_a_finding(reason):
    text = breaks.tipping(a_tipping(shown=False, at=None, reason=reason))
    assert "tipping point" in text and text.endswith(".") and "871" in text


# ---------------------------------------------------------------- every row that a mart may hold

comparisons = st.sampled_from(list(words.COMPARISONS))
kinds = st.sampled_from(
    ["price", "saving", "dominant", "dominated", "same_outcome", "not_clear", "not_a_choice", ""]
)
verdicts = st.sampled_from(["better", "worse", "higher", "lower", "uncertain", "too_few"])


def changed(row, **values):
    return SimpleNamespace(**vars(row) | values)


@settings(max_examples=150, deadline=None)
@given(rows_of("increment"), comparisons, kinds, st.tuples(*[st.floats(0, 1)] * 4), st.floats(0, 1e6))
def test_every_increment_can_be_said(row, comparison, kind, quarters, ratio):
    row = changed(
        row,
        comparison=comparison,
        ratio_kind=kind,
        ratio=ratio,
        **dict(zip(words.QUADRANTS, quarters, strict=True)),
    )
    said = (words.increment(row), words.ratio(row), words.plane_alt([row]), words.caveat([row]))
    assert unfit([*said, words.ratio_cell(row)]) == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(rows_of("acceptability"), max_size=4),
    comparisons,
    rows_of("composite"),
    st.lists(rows_of("composite_part"), max_size=3),
)
def test_every_curve_and_composite_can_be_said(prices, comparison, composite, parts):
    drawn = [changed(p, comparison=comparison, probability=0.5) for p in prices]
    said = [words.best(drawn), words.acceptability_alt(drawn), words.composite([composite], parts)]
    assert unfit(said) == []


@settings(max_examples=100, deadline=None)
@given(rows_of("interrupted"), rows_of("measure"), verdicts, verdicts, rows_of("tipping"))
def test_every_dated_change_and_tipping_point_can_be_said(row, measure, level, slope, tipping):
    row = changed(row, level_verdict=level, slope_verdict=slope)
    said = [breaks.interrupted(row, measure, date(2025, 3, 1)), breaks.tipping(tipping)]
    assert unfit(said) == []
