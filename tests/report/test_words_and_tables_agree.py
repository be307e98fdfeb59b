"""Time series, flow, composite and QALYs: sentence, alt text and table say one thing in every case.

Page and PDF are made of the same Markdown (``tests/end_to_end/test_publish.py`` reads both), so what the text
and the table of a part say is what every reader gets.
"""

from __future__ import annotations

import itertools
import re
from datetime import date
from types import SimpleNamespace

import pytest
from lxml import html
from mart_figures import row

from valuekit.report import answers, economics
from valuekit.report import flow as flow_parts
from valuekit.report.audience import Row
from valuekit.report.show import Block, Item, Points, Shown
from valuekit.report.words import breaks, measures
from valuekit.report.words import economics as economics_words
from valuekit.report.words import flow as flow_words
from valuekit.report.words import quality_of_life as answer_words


def a_row(table: str, **values: object) -> Row:
    return SimpleNamespace(**row(table, **values))


def figures(text: str) -> list[str]:
    """Every figure of `text`, signs and units apart."""
    return re.findall(r"\d[\d,]*(?:\.\d+)?", text)


def cells(markdown: str, name: str) -> list[list[str]]:
    """The table `name`, its header first."""
    block = markdown.split(f"tbl-{name}}}")[1].split("```{=html}")[1].split("```")[0]
    return [[" ".join(c.text_content().split()) for c in tr] for tr in html.fromstring(block).iter("tr")]


def printed(part: Shown) -> str:
    """The Markdown of `part`, without escapes and with plain spaces."""
    return part._repr_markdown_().replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")


def words_of(markdown: str) -> str:
    """What stands outside the tables."""
    return re.sub(r"::: \{#tbl.*?\n:::", "", markdown, flags=re.S)


# ---------------------------------------------------------------- a dated change over time

STAY = a_row(
    "measure", measure="stay", name="Days in hospital", statistic="mean", unit="days", decimals=1,
    direction="decrease", position=1,
)  # fmt: skip
VERDICTS = ("better", "worse", "higher", "lower", "uncertain")
WAYS = {"better": "for the better", "worse": "for the worse", "higher": "upwards", "lower": "downwards"}


def a_break(level: str = "better", slope: str = "uncertain", shown: bool = True) -> Row:
    sizes = {"better": -3.5, "lower": -3.5, "worse": 3.5, "higher": 3.5, "uncertain": 0.4}
    size, turn = sizes[level], sizes[slope] / 10
    known = {
        "level": size, "level_lower": size - 1.5, "level_upper": size + 1.5, "slope": turn,
        "slope_lower": turn - 0.15, "slope_upper": turn + 0.15,
    }  # fmt: skip
    return a_row(
        "interrupted", change="c", measure="stay", interval="month", points_before=16, points_after=17,
        level_verdict=level, slope_verdict=slope, shown=shown, **(known if shown else {}),
    )  # fmt: skip


CHANGE = a_row(
    "change", change="c", title="Early discharge", date=date(2025, 3, 1), measure="stay", after_n=None
)


@pytest.mark.parametrize(("level", "slope"), list(itertools.product(VERDICTS, VERDICTS)))
def test_a_step_in_time_is_the_same_in_the_sentence_the_table_and_on_the_chart(level, slope):
    found = a_break(level, slope)
    shown = printed(economics.over_time("s", [found], [CHANGE], [STAY]))
    said = breaks.interrupted(found, STAY, CHANGE.date)
    assert said in shown
    assert (f"the level changed {WAYS[level]}" in said) if level in WAYS else ("no clear step" in said)
    assert said.count(" for the better") == (level, slope).count("better")
    assert ("which is not clear of nought" in said) == (slope == "uncertain")
    _, (change, measure, points, step, turn) = cells(shown, "s-interrupted")
    assert (change, measure, points) == ("Early discharge", "Days in hospital", "16 and 17")
    # Each figure of the two cells, in the order of the sentence: the estimate and the ends of its interval.
    at = [i for i, figure in enumerate(figures(said)) if figure == "95"]
    assert figures(step) == figures(said)[at[0] - 1 : at[0]] + figures(said)[at[0] + 1 : at[0] + 3]
    assert figures(turn) == figures(said)[at[1] - 1 : at[1]] + figures(said)[at[1] + 1 : at[1] + 3]
    # The chart of the measure marks the same change at the same date.
    point = {"n": 60, "value": 12.0, "shown": True, "chart": "xmr", "phase": 1}
    series = [a_row("series", period=f"month {i}", **point) for i in (1, 2)]
    assert "early discharge in March 2025" in measures.chart_alt(STAY, series, [CHANGE])
    assert "at the date of the change, 1 March 2025" in said


def test_too_few_points_are_a_sentence_and_no_table():
    shown = printed(economics.over_time("s", [a_break(shown=False)], [CHANGE], [STAY]))
    assert "too few points" in shown and "16 before and 17 after" in shown and "tbl-" not in shown


# ---------------------------------------------------------------- flow

STAGES = ("Emergency care", "Ward", "Clinic")


def a_flow(share: float | None, wait: float) -> tuple[list[Row], list[Row], list[Row]]:
    """Three stages; the commonest step is taken by `share`, and half of its waits are over `wait` days."""
    at = {"service": "s", "words": "2026", "n": 400}
    stages = [
        a_row("flow_stage", **at, stage=f"stage_{i}", stage_name=name, position=i, share=s)
        for i, (name, s) in enumerate(zip(STAGES, (None, share, 0.08), strict=True), 1)
    ]
    steps = [
        a_row("flow_step", **at, from_stage=f"stage_{i}", from_name=STAGES[i - 1], from_position=i, share=s,
              to_stage=f"stage_{i + 1}", to_name=STAGES[i], to_position=i + 1, times=320,
              wait_median=w, back=0)
        for i, s, w in ((1, share, wait), (2, 0.08, 90.0))
    ]  # fmt: skip
    plain = {**at, "statistic": "mean", "decimals": 1, "shown": True}
    shown = [
        a_row("flow_figure", **plain, figure="span_days", position=1, name="Days from first to last contact",
              unit="days", value=80.0, lower=76.0, upper=84.0),
        a_row("flow_figure", **plain, figure="department_handoffs", position=2, name="Hand-offs",
              unit="hand-offs", value=5.2, lower=5.0, upper=5.4),
    ]  # fmt: skip
    return stages, steps, shown


def drawn(name: str, chart: object, caption: str, alt: str) -> Block:
    return Block.of(Points((Item(f"ALT {alt}"),)))


@pytest.mark.parametrize("share", [None, 0.8, 0.12])
@pytest.mark.parametrize("wait", [0.0, 3.5, 10.0])
def test_the_commonest_step_and_its_wait_are_the_same_in_text_diagram_and_table(share, wait):
    stages, steps, found = a_flow(share, wait)
    shown = printed(flow_parts.flow("s", stages, steps, found, drawn))
    of, half = flow_words.of_all(steps[0]), flow_words.days(wait)
    name = "from emergency care to ward"
    assert f"The commonest step is {name}, taken by {of} (n = 400)." in shown
    assert f"The commonest steps: {name} {of}, median wait {half}" in flow_words.alt(stages, steps)
    assert f"ward ({of})" in flow_words.alt(stages, steps)
    assert cells(shown, "s-flow-steps")[1][:3] == ["Emergency care to ward", of, half]
    # The longer wait is of a rare step: neither text nor alt text calls it the longest of the common ones.
    assert (f"half of the waits are longer than {half}" in shown) == (wait > 0)
    assert "longer than 90 days" not in flow_words.waits(steps)


def test_time_and_hand_offs_have_the_same_figures_in_text_and_table():
    stages, steps, found = a_flow(0.8, 3.5)
    shown = printed(flow_parts.flow("s", stages, steps, found, drawn))
    said = words_of(shown)
    for name, value, interval, n in cells(shown, "s-flow-figures")[1:]:
        assert all(figure in figures(said) for figure in figures(f"{value} {interval} {n}")), name


def test_a_pathway_of_too_few_says_so_in_the_text_and_in_the_place_of_the_diagram():
    shown = printed(flow_parts.flow("s", [], [], [], drawn))
    assert "too few pathways to say how they flow" in shown and "No step was taken by enough" in shown
    assert "cannot be shown yet" in shown and "tbl-" not in shown


# ---------------------------------------------------------------- composite


@pytest.mark.parametrize(
    ("difference", "half", "says"),
    [
        (3.1, 2.0, "It is higher than"),
        (-3.1, 2.0, "It is lower than"),
        (3.1, 4.0, "No clear difference from"),
    ],
)
def test_a_composite_is_said_with_the_weights_of_its_table(difference, half, says):
    year = a_row(
        "composite", name="Recovery", words="2026", period_start=date(2025, 3, 1), n=880, raters=52,
        value=71.9, lower=69.8, upper=73.9, equal_weights=72.2, difference=difference,
        diff_lower=difference - half, diff_upper=difference + half, shown=True,
    )  # fmt: skip
    parts = [
        a_row("composite_part", position=i, name=name, weight=weight, weight_lower=weight - 0.05,
              weight_upper=weight + 0.05, raters=52, value=value, n=880, shown=True)
        for i, (name, weight, value) in enumerate((("Surviving", 0.42, 83.0), ("Being at home", 0.58, 61.0)))
    ]  # fmt: skip
    shown = printed(economics.composite("s", [year], parts))
    said = economics_words.composite([year], parts)
    assert said in shown and says in said
    others = {"It is higher than", "It is lower than", "No clear difference from"} - {says}
    assert not any(other in said for other in others)
    for name, weight, raters, *_ in cells(shown, "s-composite")[1:]:
        assert f"{name[0].lower()}{name[1:]} {figures(weight)[0]}" in said
        assert f"{raters} patients" in said


@pytest.mark.parametrize("reason", ["too few", "suppressed"])
def test_a_composite_that_is_not_shown_has_no_table(reason):
    year = a_row(
        "composite", name="Recovery", words="2026", period_start=date(2025, 3, 1), shown=False, reason=reason
    )
    part = a_row("composite_part", name="Surviving", position=1, shown=False)
    shown = printed(economics.composite("s", [year], [part]))
    assert "Recovery is not shown" in shown and "tbl-" not in shown


# ---------------------------------------------------------------- QALYs and the missing

INDEX = a_row("measure", measure="eq5d", name="Quality of life", statistic="mean", unit="index", decimals=2)


class Report:
    """As a service report: rows of one measure, by table."""

    id = "s"

    def __init__(self, **tables: list[Row]) -> None:
        self.tables = tables
        self.measures = [INDEX]

    def rows(self, table: str, measure: str | None = None) -> list[Row]:
        return self.tables.get(table, [])


@pytest.mark.parametrize(("completeness", "n"), [(0.62, 540), (0.97, 850)])
def test_a_qaly_stands_on_the_page_as_the_sentence_says_and_what_is_missing_beside_both(completeness, n):
    common = {"measure": "eq5d", "words": "2026", "eligible": 870, "n": n, "completeness": completeness}
    common |= {"weighted": None, "reason": "too few silent", "least": 0.2, "most": 0.4}
    qaly = a_row(
        "sensitivity", **common, figure="qaly", says="QALYs of the first six months", value=0.27, lower=0.26,
        upper=0.28, highest=0.5,
    )  # fmt: skip
    own = a_row("sensitivity", **common, figure="measure", value=0.72, lower=0.70, upper=0.74)
    shown = printed(Block.of(answers.beside(Report(sensitivity=[own, qaly]), INDEX)))
    said, whole = answer_words.qaly(INDEX, qaly), answer_words.missing(INDEX, own)
    assert said in shown and whole in shown
    assert f"0.27 for each person in 2026 (n = {n}, 95% interval 0.26 to 0.28)" in said
    part = completeness < answer_words.COMPLETE
    # The answers that lack are told of the index and of its QALYs alike, and where others quote the index.
    quoted = answer_words.only_known([(INDEX, own)])
    for text in (said, whole, quoted):
        assert ("62%" in text) == part and ("97%" not in text)


def test_a_qaly_of_too_few_is_a_finding():
    row_ = a_row("sensitivity", figure="qaly", says="QALYs", words="2026", n=4, eligible=9, completeness=0.44)
    shown = printed(Block.of(answers.beside(Report(sensitivity=[row_]), INDEX)))
    assert "too few people with an answer at every time point" in shown
