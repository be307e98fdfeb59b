"""Sentences about importance by group, sharing, need, goals and the programme: each case by hand."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from valuekit.mart import TABLES
from valuekit.report.charts import look
from valuekit.report.charts.need import need as need_chart
from valuekit.report.charts.programme import cumulative, short, tornado
from valuekit.report.words import lenses, people, programme


def row(table: str, **values: object) -> SimpleNamespace:
    names = [column.name for column in TABLES[table].columns]
    assert set(values) <= set(names)
    return SimpleNamespace(**{name: values.get(name) for name in names})


STROKE = SimpleNamespace(name="Stroke", value_says="people independent at six months")


# Where groups differ


def gap(name, verdict, difference=None, lower=None, upper=None, group="patient"):
    return row(
        "importance_gap",
        name=name,
        group=group,
        verdict=verdict,
        difference=difference,
        lower=lower,
        upper=upper,
    )


def test_what_a_group_rates_higher_or_lower_is_said_with_its_interval_and_how_many_were_compared():
    text = people.groups_differ(
        [
            gap("Not living in fear", "higher", 1.8, 1.3, 2.4),
            gap("Less time in hospital", "lower", -0.8, -1.5, -0.1),
            gap("Surviving", "uncertain", -0.2, -0.5, 0.2),
            gap("Surviving", "too_few", group="carer"),
        ]
    )
    assert text == (
        "Patients rate “not living in fear” (+1.8, 95% interval 1.3 to 2.4) higher than clinicians do and "
        "“less time in hospital” (−0.8, 95% interval −1.5 to −0.1) lower than clinicians do (3 topics "
        "compared). Too few carers or clinicians rated the topics to compare the two."
    )


@pytest.mark.parametrize(
    ("gaps", "says"),
    [
        ([], "No group's ratings can be compared with those of clinicians."),
        (
            [gap("Surviving", "uncertain", 0.1, -0.2, 0.4)],
            "No topic is rated clearly higher or lower by patients than by clinicians (1 topic compared).",
        ),
        (
            [gap("Surviving", "too_few")],
            "Too few patients or clinicians rated the topics to compare the two.",
        ),
    ],
)
def test_no_difference_too_few_and_nobody_asked_are_findings(gaps, says):
    assert people.groups_differ(gaps) == says
    assert people.importance_alt([], gaps) == "Importance of topics: nothing can be shown."


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (gap("A", "higher", 1.8, 1.3, 2.4), "patients higher: +1.8 (1.3 to 2.4)"),
        (gap("A", "lower", -0.8, -1.5, -0.1), "patients lower: −0.8 (−1.5 to −0.1)"),
        (gap("A", "uncertain", 0.0, -0.3, 0.3), "no clear difference: 0.0 (−0.3 to 0.3)"),
        (gap("A", "too_few"), "too few to compare"),
        (None, "not asked"),
    ],
)
def test_the_cell_says_what_the_sentence_says(found, says):
    assert people.gap_cell(found) == says


# How money is shared


def fifth(number, met=None, lower=None, upper=None, n=100, expected=125.0):
    return row(
        "need", fifth=number, met=met, met_lower=lower, met_upper=upper, n=n, expected=expected,
        gap=None if n is None else expected - n, shown=met is not None, spend_share=0.2, need_share=0.3,
        adult_share=0.22,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ((60, 52, 69), (95, 80, 112), "need is met less often in the most deprived fifth. "),
        ((95, 80, 112), (60, 52, 69), "need is met more often in the most deprived fifth. "),
        ((80, 60, 104), (85, 66, 109), "no clear difference in need met between the most and the least"),
        ((None, None, None), (85, 66, 109), "too few people to compare the most and the least deprived"),
    ],
)
def test_need_met_is_less_more_not_clearly_different_or_cannot_be_compared(first, last, says):
    text = lenses.need(STROKE, [fifth(1, *first), fifth(5, *last)])
    assert text.startswith(f"Stroke: {says}")
    assert ("95% interval" in text) == (first[0] is not None)


def test_a_service_without_an_estimate_of_need_says_so():
    assert lenses.need(STROKE, []) == "Stroke: no estimate of need has been given."
    assert lenses.unmet(STROKE, []) == lenses.shares([]) == ""


@pytest.mark.parametrize(
    ("n", "says"),
    [(100, "25 fewer than expected"), (150, "25 more than expected"), (125, "as many as expected")],
)
def test_unmet_need_is_fewer_more_or_as_many(n, says):
    text = lenses.unmet(STROKE, [fifth(1, 80, 70, 90, n=n)])
    assert text == f"Over all fifths {n} came where 125 were expected: {says}."


def test_unmet_need_is_not_said_where_one_fifth_is_hidden():
    assert lenses.unmet(STROKE, [fifth(1, 80, 70, 90), fifth(2, n=None)]) == ""


def test_what_was_bought_is_an_average_with_its_interval_or_not_shown():
    year = row("value", words="2025", n=740, ratio=4.25, ratio_lower=3.8, ratio_upper=4.7, shown=True)
    assert lenses.bought(STROKE, year) == (
        "Stroke: £100,000 bought 4.25 people independent at six months at the average in 2025 "
        "(n = 740, 95% interval 3.80 to 4.70)."
    )
    assert lenses.bought(STROKE, None) == "Stroke: what £100,000 bought cannot be shown."
    assert "not what the next £100,000 would buy" in lenses.AVERAGE


def test_the_segment_that_takes_most_is_named_with_its_people():
    found = [
        row(
            "segment", name="Much hospital care", bands="15 or more days in hospital", n=260,
            people_share=0.29, spend_share=0.48, shown=True,
        ),
        row("segment", name="Little", bands="all others", n=600, people_share=0.7, spend_share=0.5,
            shown=True),
    ]  # fmt: skip
    assert lenses.segments(STROKE, found).startswith("Stroke: little (all others) takes 50% of the spending")
    assert lenses.segments(STROKE, [row("segment", shown=False)]) == (
        "Stroke: too few people in some segments to show how the spending is shared."
    )
    assert lenses.segments(STROKE, []) == "Stroke: no segments of health-care use have been declared."


# The programme


def whole(**values):
    return row(
        "programme",
        **{
            "first": "November 2023", "last": "October 2028", "months": 60, "base": "November 2023",
            "discount_rate": 0.035, "price_change": 0.02, "source": "Green Book (2022)", "cost_present": 1e6,
            "benefit_present": 1.37e6, "npv": 3.7e5, "roi": 0.37, "forecast_share": 0.61, "beyond": 0.0,
            "reason": "",
        }
        | values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("summary", "says"),
    [
        (
            whole(break_even=date(2027, 12, 1), break_even_words="December 2027"),
            "The programme is expected to cover its costs by December 2027.",
        ),
        (
            whole(break_even=date(2026, 10, 1), break_even_words="October 2026"),
            "The programme had covered its costs by October 2026.",
        ),
        (whole(), "On these figures the programme does not cover its costs by October 2028."),
        (
            whole(reason="no cost has been entered", roi=None),
            "Whether the programme covers its costs cannot be said: no cost has been entered.",
        ),
        (None, "No costs or benefits of the programme have been entered."),
    ],
    ids=["expected", "done", "not within the months", "no cost", "nothing entered"],
)
def test_page_alt_text_and_board_call_one_sentence_for_every_case(summary, says):
    months = [row("programme_month", month="2026-10", words="October 2026", cumulative=-5.0)]
    assert programme.finding(summary, "2026-10") == says
    assert programme.board_line(summary, [], "2026-10").startswith(says)
    assert programme.over_time_alt(summary, months, "2026-10").endswith(says)


def test_the_return_is_in_present_values_over_the_months_named():
    # The form of King's College Hospital's own statement: 37% over five years.
    assert programme.returned(whole()) == (
        "Over 60 months, November 2023 to October 2028, benefits of £1,370,000 stand against costs of "
        "£1,000,000: a net present value of £370,000 and a return on investment of 37%."
    )
    assert programme.percent(-0.076) == "−8%" and programme.percent(1.5) == "150%"
    assert "3.5% a year in real terms, after 2% a year" in programme.assumed(whole())
    assert "left out" not in programme.assumed(whole())
    assert "left out: −£5,000" in programme.assumed(whole(beyond=-5000.0))


def case(npv, month=None, setting="20% less", side="low", name="All benefits", assumption="benefits"):
    words = {None: "", date(2027, 3, 1): "March 2027", date(2028, 2, 1): "February 2028"}[month]
    return row(
        "programme_case", assumption=assumption, name=name, side=side, setting=setting, npv=npv,
        break_even=month, break_even_words=words,
    )  # fmt: skip


def test_the_range_is_said_with_the_cases_in_which_costs_are_not_covered():
    text = programme.sensitivity(
        [
            case(-2.7e5),
            case(1.4e6, date(2027, 3, 1), "20% more", "high"),
            case(4e5, date(2028, 2, 1), "6 months later", "high", "Benefits still to come", "delay"),
        ]
    )
    assert text == (
        "With one assumption moved at a time, the net present value lies between −£270,000 (all benefits 20% "
        "less) and £1,400,000 (all benefits 20% more). Where the costs are covered, it is between March "
        "2027 and February 2028. In 1 of the 3 cases the costs are not covered within the months counted: "
        "all benefits 20% less."
    )
    assert programme.sensitivity([]) == "No assumption has been moved."


# Charts


def test_charts_draw_nothing_where_there_is_nothing_to_draw():
    assert need_chart({"Stroke": []}) is None and need_chart({"Stroke": [fifth(1)]}) is None
    assert (
        cumulative([], whole()) is None
        and tornado([], whole()) is None
        and tornado([case(1.0)], None) is None
    )


def test_the_widest_bar_of_the_tornado_stands_at_the_top_and_each_end_names_its_setting():
    cases = [
        case(3e5, None, "10% more", "high", "Costs", "costs"),
        case(-2.7e5),
        case(1.4e6, None, "20% more", "high"),
    ]
    chart = tornado(cases, whole())
    assert dict(zip(chart.data["label"], chart.data["y"], strict=True)) == {
        "20% less": 0,
        "20% more": 0,
        "10% more": -1,
    }
    svg = look.svg(chart)
    assert all(text in svg for text in ("20% less", "20% more", "10% more", "All benefits"))


@pytest.mark.parametrize(
    ("value", "says"), [(0.0, "£0"), (250_000.0, "£250k"), (-1_250_000.0, "−£1.2m"), (900.0, "£900")]
)
def test_amounts_on_an_axis_are_short(value, says):
    assert short(value) == says
