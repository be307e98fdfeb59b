"""Sentences: right for every case, hand-written here from the numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.mart import TABLES, About
from valuekit.report.words import about, compare, costs, decisions, numbers, people
from valuekit.report.words import measures as words

SHARE = {
    "name": "Independent at six months",
    "unit": "%",
    "decimals": 1,
    "direction": "increase",
    "role": "outcome",
    "target": 50.0,
    "target_source": "Stroke board",
    "interval": "month",
    "measure": "independent",
}
STAY = SHARE | {"name": "Days in hospital", "unit": "days", "direction": "decrease", "target": 14.5}
COST = SHARE | {
    "name": "Cost per pathway",
    "unit": "£",
    "decimals": 0,
    "direction": "decrease",
    "role": "cost",
    "target": None,
}


def row(table: str, **values: object) -> SimpleNamespace:
    """A row of `table`; what is not given is missing."""
    names = [column.name for column in TABLES[table].columns]
    assert set(values) <= set(names)
    return SimpleNamespace(**{name: values.get(name) for name in names})


def headline(**values: object) -> SimpleNamespace:
    return row(
        "headline",
        **{
            "year_words": "July 2025 to June 2026",
            "year_n": 812,
            "year_value": 54.2,
            "year_lower": 50.7,
            "year_upper": 57.6,
            "before_words": "July 2024 to June 2025",
            "before_n": 790,
            "before_value": 49.1,
            "before_lower": 45.6,
            "before_upper": 52.6,
            "difference": 5.1,
            "diff_lower": 0.2,
            "diff_upper": 10.0,
            "verdict": "better",
            "year_eligible": 923,
            "completeness": 0.88,
            "variation": "improvement_high",
            "assurance": "hit_and_miss",
        }
        | values,
    )


def test_numbers_are_written_as_in_britain():
    assert numbers.pounds(12300.4) == "£12,300"
    assert numbers.pounds(-430) == "−£430"
    assert numbers.amount(54.23, "%", 1) == "54.2%"
    assert numbers.amount(1, "days") == "1 day"
    assert numbers.amount(-0.004, "index", 2) == "0.00"
    assert numbers.amount(-0.31, "index", 2) == "−0.31"
    assert numbers.difference(-4.1, "%", 1) == "4.1 percentage points"
    assert numbers.difference(1.0, "%", 0) == "1 percentage point"
    assert numbers.number(None) == numbers.number(float("nan")) == "not known"


def test_a_share_is_never_rounded_up_to_all_or_down_to_none():
    assert numbers.share(0.999) == "over 99%"
    assert numbers.share(0.0003) == "under 1%"
    assert (numbers.share(0.0), numbers.share(1.0), numbers.share(0.88)) == ("0%", "100%", "88%")


def test_lists_and_first_letters_read_well():
    assert numbers.listed(["a", "b", "c"]) == "a, b and c"
    assert numbers.listed([]) == ""
    assert numbers.lower_first("Days in hospital") == "days in hospital"
    assert numbers.lower_first("EQ-5D index") == "EQ-5D index"
    assert numbers.lower_first("A permanent team") == "a permanent team"


@pytest.mark.parametrize(
    ("verdict", "start"),
    [
        ("better", "Independent at six months: better than in the 12 months before, at 54.2%"),
        ("worse", "Independent at six months: worse than in the 12 months before, at 54.2%"),
        ("uncertain", "Independent at six months: no clear difference from the 12 months before, at 54.2%"),
        (
            "too_few",
            "Independent at six months: too few people to compare with the 12 months before, at 54.2%",
        ),
        (None, "Independent at six months: too few people to compare with the 12 months before, at 54.2%"),
    ],
)
def test_the_finding_comes_first_with_n_and_interval_beside_it(verdict, start):
    text = words.finding(row("measure", **SHARE), headline(verdict=verdict))
    assert text == f"{start} in July 2025 to June 2026 (n = 812, 95% interval 50.7% to 57.6%)."


def test_a_year_that_may_not_be_shown_says_so_and_shows_no_figure():
    text = words.finding(
        row("measure", **SHARE), headline(year_value=None, year_lower=None, year_upper=None, year_n=6)
    )
    assert (
        text
        == "Independent at six months: too few people to show a figure for July 2025 to June 2026 (n = 6)."
    )
    assert words.comparison(row("measure", **SHARE), headline(year_value=None)) == ""


def test_a_year_without_followup_yet_says_so():
    text = words.finding(row("measure", **SHARE), headline(year_value=None, year_n=None))
    assert text == "Independent at six months: no 12 months with complete follow-up yet."


def test_the_year_before_stands_beside_with_the_difference_and_its_interval():
    assert words.comparison(row("measure", **SHARE), headline()) == (
        "It was 49.1% in July 2024 to June 2025 (n = 790, 95% interval 45.6% to 52.6%). "
        "The difference is +5.1 percentage points (95% interval 0.2 to 10.0)."
    )


def test_less_time_in_hospital_is_better_although_the_number_falls():
    stay = headline(
        year_value=9.1,
        year_lower=8.5,
        year_upper=9.7,
        before_value=11.3,
        before_lower=10.5,
        before_upper=12.1,
        difference=-2.2,
        diff_lower=-3.2,
        diff_upper=-1.2,
    )
    assert words.finding(row("measure", **STAY), stay).startswith(
        "Days in hospital: better than in the 12 months before, at 9.1 days"
    )
    assert "The difference is −2.2 days (95% interval −3.2 to −1.2)." in words.comparison(
        row("measure", **STAY), stay
    )


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ((20, 800), "higher than in"),
        ((-800, -20), "lower than in"),
        ((-300, 300), "no clear difference from"),
    ],
)
def test_a_cost_is_higher_or_lower_and_never_better_or_worse(ends, says):
    text = words.verdict(
        row("measure", **COST), headline(diff_lower=ends[0], diff_upper=ends[1], verdict="worse")
    )
    assert text == f"{says} the 12 months before"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("common", "The newest points show no unusual change."),
        (
            "improvement_low",
            "The newest points are lower than chance alone would make likely, which is an improvement.",
        ),
        (
            "concern_high",
            "The newest points are higher than chance alone would make likely, which is a concern.",
        ),
        (
            "neutral_high",
            "The newest points are higher than chance alone would make likely, and neither way is better.",
        ),
        (None, "There are too few points to tell an unusual change from a usual one."),
    ],
)
def test_variation_is_said_in_words(name, says):
    assert words.variation(row("measure", **SHARE), headline(variation=name)) == says


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("consistently_met", "The target of 14.5 days is met consistently."),
        (
            "consistently_missed",
            "The target of 14.5 days is missed consistently, and as things stand it will be.",
        ),
        ("hit_and_miss", "The target of 14.5 days is met at times and missed at times."),
        (None, "It is too early to tell whether the target of 14.5 days can be relied on."),
    ],
)
def test_assurance_is_said_in_words(name, says):
    assert words.assurance(row("measure", **STAY), headline(assurance=name)) == says


def test_a_measure_without_target_has_no_sentence_about_one():
    assert words.assurance(row("measure", **COST), headline(assurance="hit_and_miss")) == ""


def test_completeness_is_said_with_the_people_who_could_be_counted():
    assert (
        words.completeness(headline()) == "Results are known for 88% of the 923 people who could be counted."
    )


def test_each_reason_for_a_hidden_point_is_counted_in_the_alt_text():
    series = [
        row(
            "series",
            period="April 2026",
            shown=True,
            value=49.0,
            signal="common",
            chart="xmr",
            centre=50.0,
            lower_limit=44.0,
            upper_limit=56.0,
        ),
        row(
            "series",
            period="May 2026",
            shown=True,
            value=52.0,
            signal="improvement",
            chart="xmr",
            centre=50.0,
            lower_limit=44.0,
            upper_limit=56.0,
        ),
        row("series", period="June 2026", shown=False, reason="too few"),
        row("series", period="July 2026", shown=False, reason="suppressed"),
        row("series", period="August 2026", shown=False, reason="not yet due"),
    ]
    text = words.chart_alt(row("measure", **SHARE), series)
    assert (
        "newest 52.0%" in text and "1 point of improvement." in text and "limits from 44.0% to 56.0%" in text
    )
    assert text.endswith(
        "Points not shown: 1 (not yet due, as follow-up is not complete), "
        "1 (not shown, to protect people's privacy) "
        "and 1 (too few people to show)."
    )
    assert (
        words.chart_alt(row("measure", **SHARE), series[2:])
        == "Independent at six months: no point can be shown yet."
    )


def test_newcombes_worked_example_of_a_difference_between_proportions():
    # Newcombe 1998, Stat Med 17:873, by method 10: 56/70 and 48/80, method 10: 0.0524 to 0.3339.
    # Wilson intervals worked out by hand from (p + z²/2n ± z√(pq/n + z²/4n²)) / (1 + z²/n), z = 1.959964.
    found = compare.difference((0.8, 0.691781, 0.877088), (0.6, 0.490389, 0.700406))
    assert found.value == pytest.approx(0.2)
    assert (found.lower, found.upper) == (pytest.approx(0.0524, abs=5e-4), pytest.approx(0.3339, abs=5e-4))
    assert found.clear


def test_overlapping_intervals_can_still_differ_clearly():
    # Half-widths of 4 give a half-width of √32 = 5.66 for the difference: 6 is clear, 5 is not.
    assert compare.difference((50.0, 46.0, 54.0), (56.0, 52.0, 60.0)).clear
    assert not compare.difference((50.0, 46.0, 54.0), (55.0, 51.0, 59.0)).clear


def test_a_difference_without_an_interval_is_not_judged():
    assert compare.difference((50.0, None, 54.0), (56.0, 52.0, 60.0)) is None


def _fifth(number: int, value: float | None, reason: str | None = None) -> SimpleNamespace:
    return row(
        "inequality",
        fifth=number,
        n=100,
        value=value,
        lower=None if value is None else value - 4,
        upper=None if value is None else value + 4,
        shown=value is not None,
        reason=reason,
    )


def test_inequality_says_which_end_fares_worse_only_when_clear():
    measure = row("measure", **SHARE)
    assert people.inequality(measure, [_fifth(1, 40.0), _fifth(5, 50.0)]).startswith(
        "Independent at six months: lower in the most deprived fifth than in the least."
    )
    assert "no clear difference" in people.inequality(measure, [_fifth(1, 46.0), _fifth(5, 50.0)])
    assert people.inequality(measure, [_fifth(1, None, "suppressed"), _fifth(5, 50.0)]).endswith(
        "cannot be compared (not shown, to protect people's privacy)."
    )


def test_value_names_outcome_and_cost_before_the_ratio_and_says_why_there_is_none():
    year = row(
        "value",
        words="2025",
        period_start=date(2025, 1, 1),
        n=100,
        completeness=0.9,
        outcome=50.0,
        outcome_lower=40.0,
        outcome_upper=60.0,
        cost=1000.0,
        cost_lower=900.0,
        cost_upper=1100.0,
        ratio=50.0,
        ratio_lower=40.0,
        ratio_upper=61.0,
        shown=True,
    )
    text = costs.value_year(year, "people alive")
    assert text.index("50.0%") < text.index("£1,000") < text.index("£100,000")
    assert "(n = 100, 95% interval 40.0% to 60.0%, known for 90%)" in text
    year.shown, year.reason = False, "the cost's interval includes nought"
    assert costs.value_year(year, "people alive").endswith(
        "No ratio is shown: the cost's interval includes nought."
    )
    year.outcome, year.reason = None, "too few"
    assert costs.value_year(year, "") == "In 2025, outcome and cost cannot be shown: too few people to show."


SERVICE = row("service", service="stroke", name="Stroke")


def test_each_rule_for_a_decision_is_met_alone_and_named():
    def why(**values):
        calm = {
            "verdict": "uncertain",
            "variation": "common",
            "assurance": "hit_and_miss",
            "completeness": 0.9,
        }
        return [
            f.text
            for f in decisions.decide(SERVICE, [(row("measure", **SHARE), headline(**(calm | values)))])
        ]

    assert why() == []
    assert why(assurance="consistently_missed") == ["the target of 50% is missed consistently."]
    assert why(variation="concern_low") == ["the newest points are a concern."]
    assert why(verdict="worse") == ["worse than in the 12 months before."]
    assert why(completeness=0.59) == ["results are known for only 59%."]
    assert why(completeness=0.60) == []


def test_what_changed_and_what_may_be_chance_share_out_every_measure():
    pairs = [
        (row("measure", **SHARE), headline(verdict=v)) for v in ("better", "worse", "uncertain", "too_few")
    ]
    assert [f.text.split(",")[0] for f in decisions.changed(SERVICE, pairs)] == ["better", "worse"]
    assert [f.text for f in decisions.unclear(SERVICE, pairs)] == [
        "no clear difference.",
        "too few people to tell.",
    ]


def test_the_summary_has_at_most_five_sentences_and_the_finding_first():
    pairs = [
        (row("measure", **SHARE), headline()),
        (row("measure", **STAY), headline(verdict="worse")),
        (row("measure", **COST), headline()),
    ]
    years = [
        row("value", period_start=date(2025, 1, 1), shown=True, ratio=3.66, ratio_lower=3.4, ratio_upper=3.9)
    ]
    text = about.summary(SERVICE, pairs, years)
    assert text.startswith(
        "Compared with the 12 months before: better for independent at six months; "
        "worse for days in hospital."
    )
    assert len(re.findall(r"\.(?=\s|$)", text)) <= 5


def test_synthetic_figures_are_called_so_first():
    made = About("Example Trust", "2026-10", True, "public")
    assert about.made_from(made)[0].startswith("These figures are synthetic")
    assert "synthetic" not in about.made_from(About("Example Trust", "2026-10", False, "public"))[0]
    assert "October 2026" in about.made_from(made)[0]


# -- every row that a mart may hold -----------------------------------------------------------

_WORDS = {
    "verdict": ["better", "worse", "higher", "lower", "uncertain", "too_few", None],
    "variation": [
        "common",
        "improvement_high",
        "improvement_low",
        "concern_high",
        "concern_low",
        "neutral_low",
        None,
    ],
    "assurance": ["consistently_met", "consistently_missed", "hit_and_miss", None],
    "direction": ["increase", "decrease", "neutral"],
    "unit": ["%", "days", "index", "score", "£"],
    "role": ["outcome", "cost"],
    "interval": ["month", "quarter", "half_year", "year"],
    "reason": ["too few", "not yet due", "suppressed", "the interval includes nought", None],
    "group": ["patient", "carer", "clinician"],
    "method": ["survey", "discussion_group"],
    "signal": ["common", "improvement", "concern", "neutral", None],
    "chart": ["xmr", "run", None],
    "fifth": [1, 2, 3, 4, 5],
    "period": ["July 2025", "July to September 2025"],  # the grain of its table: never missing
    "name": ["Cured", "EQ-5D index", "A team"],
    "title": ["Early discharge", None],
}


def rows_of(table: str) -> st.SearchStrategy[SimpleNamespace]:
    """Any row of `table`, with anything missing that may be."""
    figure = st.none() | st.floats(-1e6, 1e7, allow_nan=False)

    def cell(column):
        if column.name in _WORDS:
            return st.sampled_from(_WORDS[column.name])
        if column.name in ("completeness", "share", "dearest_share"):
            return st.none() | st.floats(0, 1)
        return {
            "text": st.none() | st.sampled_from(["July 2025 to June 2026", "words"]),
            "integer": st.none() | st.integers(0, 3)
            if column.name == "decimals"
            else st.none() | st.integers(0, 10**6),
            "number": figure,
            "date": st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
            "flag": st.booleans(),
        }[column.kind]

    return st.fixed_dictionaries({c.name: cell(c) for c in TABLES[table].columns}).map(
        lambda values: SimpleNamespace(**values)
    )


CAUSAL = re.compile(r"\b(because|led to|caused|thanks to|due to the|resulted in|as a result)\b", re.I)


UNFIT = {
    "a missing figure": re.compile(r"\bnan\b|None|(?<!\S)inf(?!\S)"),
    "a gap or a stray mark": re.compile(r"  | [.,]|\.\.|\(\)"),
    "a causal word": CAUSAL,
    "a doubled sign": re.compile("−−|£−"),
}


def unfit(texts: Iterable[str]) -> list[tuple[str, str]]:
    """What no page may print, with the sentence that it stands in."""
    texts = list(texts)
    found = [(why, text) for text in texts for why, sign in UNFIT.items() if sign.search(text)]
    return found + [("an open bracket", text) for text in texts if text.count("(") != text.count(")")]


@pytest.mark.parametrize(
    "text",
    ["nan people", "It was nan.", "It was None.", "inf days", "two  gaps", "It . was", "a , b", "It was..",
     "n ()", "It fell due to the change.", "−−3", "£−3", "It was (3."],
)  # fmt: skip
def test_what_no_page_may_print_is_seen(text):
    assert unfit(["A banana costs £3, in Finland (−3.5 to 2).", text]) != []
    assert unfit(["A banana costs £3, in Finland (−3.5 to 2)."]) == []


@settings(max_examples=120, deadline=None)
@given(rows_of("measure"), rows_of("headline"), st.lists(rows_of("series"), max_size=3), rows_of("change"))
def test_every_sentence_about_a_measure_is_fit_to_print(measure, line, series, change):
    said = (
        words.paragraph(measure, line),
        words.finding(measure, line),
        words.chart_alt(measure, series, [change]),
        words.caption(measure, series),
        about.measure_note(measure),
        people.change(change, measure),
        people.change(change, None),
        about.interval_cell(measure, line),
        *(f.text for f in decisions.decide(SERVICE, [(measure, line)])),
        *(f.text for f in decisions.changed(SERVICE, [(measure, line)])),
        about.summary(SERVICE, [(measure, line)], []),
    )
    assert unfit(said) == []


@settings(max_examples=120, deadline=None)
@given(
    st.lists(rows_of("value"), max_size=3),
    rows_of("cost_summary"),
    st.lists(rows_of("cost_spread"), max_size=3),
    st.lists(rows_of("importance"), max_size=4),
    st.lists(rows_of("asked"), max_size=3),
    st.lists(rows_of("inequality"), max_size=3),
    rows_of("measure"),
    rows_of("revision"),
    st.lists(rows_of("importance_gap"), max_size=3),
)
def test_every_sentence_about_costs_and_people_is_fit_to_print(
    years, summary, bands, ratings, asked, fifths, measure, moved, gaps
):
    bands = [b for b in bands if b.from_gbp is not None]
    said = (
        costs.value_change(years),
        costs.value_alt(years),
        *(costs.value_year(y, "people cured") for y in years),
        costs.spread(summary),
        costs.spread_alt(bands, summary),
        people.what_matters(ratings),
        people.groups_differ(gaps),
        people.importance_alt(ratings, gaps),
        *(people.gap_cell(gap) for gap in gaps),
        people.asked(asked),
        people.inequality(measure, fifths),
        people.inequality_alt(measure, fifths),
        people.revision(moved, measure),
        costs.by_stage(["Ward", "Clinic", "Home"][: len(years)], [s.cost for s in years], complete=False),
        costs.by_department(["Ward"] * len(years), [s.cost for s in years]),
    )
    assert unfit(said) == []
