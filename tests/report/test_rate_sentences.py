"""Sentences and parts about rates: right for each case, written here by hand; nothing of them in public."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from test_sentences import SHARE, row

from valuekit.report import rates as parts
from valuekit.report.words import rates

RATE = row(
    "rate", measure="falls", name="Falls", definition="Falls in hospital.", unit="1,000 bed days", decimals=2,
    direction="decrease", position=1, interval="month",
)  # fmt: skip
YEAR = {
    "measure": "falls", "words": "May 2025 to April 2026", "n": 870, "with_event": 100, "events": 115,
    "exposure": 124_896, "value": 0.9208, "lower": 0.76, "upper": 1.105, "before_words": "the year before",
    "before_n": 904, "before_with_event": 115, "before_events": 115, "before_exposure": 127_820,
    "before_value": 0.8997, "before_lower": 0.743, "before_upper": 1.08, "ratio": 1.0234,
    "ratio_lower": 0.79, "ratio_upper": 1.325, "verdict": "uncertain", "variation": "common",
}  # fmt: skip
MEASURE = row("measure", **SHARE)


def test_a_year_is_said_with_events_people_days_and_interval():
    assert rates.year(RATE, row("rate_year", **YEAR)) == (
        "Falls: no clear difference from the 12 months before, at 0.92 for each 1,000 bed days in May 2025 "
        "to April 2026 (115 events among 870 people in 124,896 days, 95% interval 0.76 to 1.10). It was 0.90 "
        "in the year before (115 events among 904 people in 127,820 days, 95% interval 0.74 to 1.08). The "
        "newer rate is 1.02 times the older (95% interval 0.79 to 1.32). 100 people had them, some more than "
        "one: the interval allows for that. Everybody's days count, so nothing is missing. The newest points "
        "show no unusual change."
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"verdict": "better"}, "Falls: better than in"),
        ({"verdict": "worse"}, "Falls: worse than in"),
        ({"verdict": "uncertain", "ratio_lower": 1.1}, "Falls: higher than in"),
        ({"verdict": "uncertain", "ratio_lower": 0.5, "ratio_upper": 0.9}, "Falls: lower than in"),
        ({"verdict": "too_few", "ratio": None, "ratio_lower": None}, "Falls: too few events to compare"),
        ({"value": None}, "Falls: no 12 months in which everybody's days are over yet."),
    ],
)
def test_every_verdict_has_its_words(changes, says):
    assert rates.year(RATE, row("rate_year", **YEAR | changes)).startswith(says)
    assert rates.year(RATE, None).endswith("yet.")


def a_group(name: str, difference: float | None, half: float = 5.0, kind: str = "site"):
    ends = (None, None) if difference is None else (difference - half, difference + half)
    return row(
        "case_mix_group", kind=kind, name=name, n=147, observed=54, expected=73.3, difference=difference,
        diff_lower=ends[0], diff_upper=ends[1], shown=difference is not None,
    )  # fmt: skip


def test_a_group_apart_is_named_with_its_figures_and_the_others_are_not_ranked():
    said = rates.group(MEASURE, "site", [a_group("A", -19.3), a_group("B", 2.0), a_group("C", None)])
    assert said == (
        f"{MEASURE.name}, by hospital site: fewer than expected of people like these at A (54 observed, 73.3 "
        "expected, n = 147; 95% interval −24.3 to −14.3 of the difference). The others are as expected, "
        "within chance. 1 has too few people to tell."
    )


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        ([a_group("1", 1.0, kind="fifth")], "as expected of people like these, within chance."),
        ([a_group("1", None, kind="fifth")], "too few people to tell."),
        ([a_group("1", 9.0, kind="fifth")], "more than expected of people like these in fifth 1 ("),
    ],
)
def test_fifths_as_expected_too_few_and_apart(groups, says):
    assert says in rates.group(MEASURE, "fifth", groups)


def need_rows(first: tuple, last: tuple, even: float | None = 206.6) -> list:
    fifths = [
        row("need_rate", kind="fifth", fifth=f, value=v, lower=low, upper=high, shown=True)
        for f, (v, low, high) in ((1, first), (5, last))
    ]
    plain = row("need_rate", kind="crude", n=867, words="May 2025 to April 2026", value=206.4, lower=192.9,
                upper=220.6, completeness=0.9966, shown=True)  # fmt: skip
    standard = row("need_rate", kind="standardised", value=even, lower=193.1, upper=220.9, shown=True)
    return [*fifths, plain, standard]


def test_pathways_by_population_are_said_crude_and_standardised():
    assert rates.need("Stroke", need_rows((190.2, 163.1, 220.6), (197.4, 167.0, 231.6))) == (
        "Stroke: no clear difference in pathways for each adult between the most and the least deprived. All "
        "in all 206.4 pathways began for each 100,000 adults a year, May 2025 to April 2026 (n = 867, 95% "
        "interval 192.9 to 220.6). Were a fifth of the adults in each fifth of deprivation, it would be "
        "206.6 (95% interval 193.1 to 220.9). The fifth is known for 99.7% of pathways. People who need the "
        "pathway and did not come are not in it."
    )


def test_fifths_apart_are_said_with_the_size_and_its_interval():
    # 150 less 50; halves √(30² + 10²) = 31.6 both ways.
    said = rates.need("S", need_rows((150.0, 120.0, 180.0), (50.0, 40.0, 60.0), None))
    assert (
        "S: more pathways for each 100,000 adults in the most deprived fifth than in the least, by 100.0 "
        in said
    )
    assert "(95% interval 68.4 to 131.6)" in said and "Too few pathways to standardise" in said


def a_report(audience: str, tables: dict[str, list]) -> SimpleNamespace:
    def found(name: str, measure: str | None = None) -> list:
        return [r for r in tables.get(name, []) if measure is None or r.measure == measure]

    about, service = SimpleNamespace(audience=audience), SimpleNamespace(name="Stroke")
    return SimpleNamespace(
        id="stroke", rows=found, mart=SimpleNamespace(about=about), service=service, measures=[MEASURE],
        changes_made=[], figure=lambda name, chart, caption, alt: SimpleNamespace(caption=caption, alt=alt),
    )  # fmt: skip


def test_the_public_reads_what_is_counted_and_no_figure():
    report = a_report("public", {"rate": [RATE], "case_mix_model": [row("case_mix_model", fitted=True)]})
    said = " ".join(part._repr_markdown_() for part in parts.rates(report))
    assert "events for each 1,000 bed days" in said and "The board and the team see the figures" in said
    (note,) = parts.by_group(report)
    assert "to the board and the team only" in note._repr_markdown_()
    assert list(parts.need(report)) == []


def test_the_team_sees_the_chart_with_its_unit_in_caption_and_alt_text():
    points = [
        row("rate_series", measure="falls", period=f"{day:%B %Y}", period_start=day, value=1.0 + i % 2,
            shown=True, centre=1.5, lower_limit=0.2, upper_limit=2.8 + i / 10, phase=1, chart="u_prime",
            signal="common", limits_from="phase")
        for i, day in enumerate(pd.date_range("2025-01-01", periods=12, freq="MS"))
    ]  # fmt: skip
    tables = {"rate": [RATE], "rate_year": [row("rate_year", **YEAR)], "rate_series": points}
    shown = list(parts.rates(a_report("clinical", tables)))
    (figure,) = [part for part in shown if hasattr(part, "alt")]
    for text in (figure.caption, figure.alt):
        assert "Events for each 1,000 bed days." in text
        assert "The limits follow the number of days in each point (u′ chart)." in text
    assert "Newest 12 months: no clear difference from the 12 months before." in figure.alt
