"""What would fall, steady prices, drivers and flow as the report says, draws and lists them."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace as R

import pytest
from lxml import etree

from valuekit.report import flow as flow_parts
from valuekit.report.audience import rows
from valuekit.report.charts import look
from valuekit.report.charts.flow import arrows
from valuekit.report.charts.flow import flow as diagram
from valuekit.report.words import flow as flow_words
from valuekit.report.words import money

SVG = "{http://www.w3.org/2000/svg}"


def table(mart_of, name: str, service: str = "stroke") -> list:
    return rows(mart_of("public").of(name, service))


def kinds(mart_of, service: str, scheme: str) -> list:
    return [k for k in table(mart_of, "cost_kind", service) if k.scheme == scheme]


def line(basis: str, part: str, amount: float, lower=None, upper=None) -> R:
    return R(
        basis=basis, part=part, amount=amount, lower=lower, upper=upper, shown=True, position=1, name=part,
        words="2026", before_words="2025", n=500, before_n=480,
    )  # fmt: skip


def test_what_would_fall_is_said_with_its_n_and_what_stays(mart_of):
    said = money.behaviour(kinds(mart_of, "stroke", "behaviour"))
    assert said.startswith("With one pathway fewer, about £2,840 would fall at once (n = ")
    assert "£2,840 (20%) stays within the year" in said and "may be shown" not in said
    assert "Amounts are of the parts that may be shown." in money.behaviour(
        kinds(mart_of, "endocarditis", "behaviour")
    )
    assert money.behaviour([]) == "What would fall with one pathway fewer cannot be shown."
    assert "75% is spent on care that touches the patient" in money.touches(
        kinds(mart_of, "stroke", "touches_patient")
    )


def test_steady_prices_stand_beside_cash_with_intervals_and_the_change(mart_of):
    said = money.steady_prices(table(mart_of, "price_cost"))
    assert "In the prices of 2025/26, a pathway cost £14,484 (n = " in said
    assert "as it was posted, £14,200 (n = " in said
    assert "Once prices are taken out, it is lower than in November 2023 to October 2024: −£1,448" in said
    one = table(mart_of, "price_cost")[:1]
    assert money.steady_prices(one).endswith("There are not yet two years to compare.")


def test_drivers_name_the_clear_parts_first_and_the_others_as_unclear(mart_of):
    said = money.drivers(table(mart_of, "cost_driver"))
    assert "cost less in November 2024 to October 2025 than in" in said
    assert "clear of nought: the length of stays −£1,300 and the general rise of prices +£300." in said
    assert "The intervals of the mix of activity and unit prices beyond inflation reach nought." in said
    assert "£10,000 with the number of pathways" in said


def test_a_change_that_is_not_clear_is_not_called_one():
    parts = [line("unit", p, 10, -20, 40) for p in money.PARTS]
    said = money.drivers([*parts, line("unit", "change", 40, -60, 140)])
    assert "shows no clear change between 2025 and 2026: +£40" in said
    assert "No part is clear of nought." in said


def test_too_few_pathways_and_too_short_a_time_are_findings(mart_of):
    assert "too few pathways" in money.drivers(table(mart_of, "cost_driver", "endocarditis"))
    assert "not yet two whole years" in money.drivers([])
    assert "too few pathways" in flow_words.time({})
    assert flow_words.waits([]) == "No step was taken by enough pathways to be shown."


def test_flow_says_time_waits_and_hands_with_n_and_interval(mart_of):
    figures = {f.figure: f for f in table(mart_of, "flow_figure")}
    steps = table(mart_of, "flow_step")
    n = figures["span_days"].n
    assert f"takes 80.0 days on average (n = {n:,}, 95% interval 76.0 to 84.0 days)" in flow_words.time(
        figures
    )
    assert "For 15.0% of that time" in flow_words.time(figures)
    assert "the longest wait is from clinic to ward: half of the waits are longer than 30 days" in (
        flow_words.waits(steps)
    )
    assert "taken by nearly all" in flow_words.waits(steps)
    assert "12.0% of pathways come back" in flow_words.hands(figures)


def test_no_sentence_claims_a_cause(mart_of):
    figures = {f.figure: f for f in table(mart_of, "flow_figure")}
    said = " ".join(
        [
            money.drivers(table(mart_of, "cost_driver")),
            money.steady_prices(table(mart_of, "price_cost")),
            flow_words.time(figures),
            flow_words.waits(table(mart_of, "flow_step")),
        ]
    )
    assert not re.search(r"\b(because|led to|caused|due to|thanks to)\b", said)


def test_the_diagram_names_stages_shares_and_waits_and_is_safe_to_stand_in_a_page(mart_of):
    chart = diagram(table(mart_of, "flow_stage"), table(mart_of, "flow_step"))
    svg = look.svg(chart)
    found = {
        " ".join("".join(t.itertext()).split()) for t in etree.fromstring(svg.encode()).iter(f"{SVG}text")
    }
    assert {"Emergency care", "Ward", "Clinic"} <= found
    assert "60%, median wait 12.5 days" in found and "12%" in found
    assert svg == look.svg(diagram(table(mart_of, "flow_stage"), table(mart_of, "flow_step")))


def test_a_step_back_is_dashed_and_one_that_goes_on_is_not(mart_of):
    order = {"stage_1": 0, "stage_2": 1, "stage_3": 2}
    steps = [(s, order[s.from_stage], order[s.to_stage]) for s in table(mart_of, "flow_step")]
    paths = arrows(steps)[0].drop_duplicates("step").set_index("step")["line"]
    assert paths.to_dict() == {
        "stage_1 stage_2": "solid", "stage_2 stage_3": "solid", "stage_3 stage_2": "dashed",
    }  # fmt: skip


def test_without_steps_there_is_no_diagram_and_the_alt_text_says_so(mart_of):
    stages = table(mart_of, "flow_stage")
    assert diagram(stages, []) is None
    assert flow_words.alt(stages, []) == "How the pathway flows cannot be shown yet."


def test_the_diagram_is_quick_enough(mart_of):
    stages, steps = table(mart_of, "flow_stage"), table(mart_of, "flow_step")
    look.svg(diagram(stages, steps))
    took = []
    for _ in range(3):
        began = time.process_time()
        look.svg(diagram(stages, steps))
        took.append(time.process_time() - began)
    assert min(took) < 0.5


@pytest.mark.parametrize("service", ["stroke", "endocarditis"])
def test_the_section_holds_text_figure_and_both_tables(mart_of, service):
    block = flow_parts.flow(
        service,
        *(table(mart_of, name, service) for name in ("flow_stage", "flow_step", "flow_figure")),
        lambda name, chart, caption, alt: R(_repr_markdown_=lambda: f"FIGURE {name} {alt}"),
    )
    text = block._repr_markdown_()
    assert "FIGURE flow Diagram of the pathway." in text
    assert f"#tbl-{service}-flow-steps" in text and f"#tbl-{service}-flow-figures" in text
    assert not re.search(r"\b(nan|NaN|None)\b", text)
