"""Charts: what is drawn is what may be shown, the same bytes each time, with text that is text."""

from __future__ import annotations

import itertools
import re
from datetime import date
from types import SimpleNamespace

import marts
import matplotlib
import pandas as pd
import plotnine as p9
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from valuekit.report.audience import rows
from valuekit.report.charts import look
from valuekit.report.charts.bars import bars
from valuekit.report.charts.cost_spread import cost_spread
from valuekit.report.charts.deprivation import deprivation
from valuekit.report.charts.importance import importance
from valuekit.report.charts.over_time import _breaks as breaks_between
from valuekit.report.charts.over_time import over_time
from valuekit.report.charts.value import value

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [
        " ".join("".join(t.itertext()).split()) for t in etree.fromstring(svg.encode()).iter(f"{SVG}text")
    ]


def stay(mart):
    return next(m for m in rows(mart.of("measure", "stroke")) if m.measure == "length_of_stay")


@pytest.fixture(scope="module")
def stay_chart(mart_of):
    mart = mart_of("public")
    return look.svg(
        over_time(
            stay(mart),
            rows(mart.of("series", "stroke", measure="length_of_stay")),
            rows(mart.of("change", "stroke")),
        )
    )


def test_a_chart_over_time_names_its_lines_its_target_and_the_dated_change(stay_chart):
    found = texts(stay_chart)
    assert {"Mean 16.5 days", "Upper limit", "Lower limit", "Target 14 days"} <= set(found)
    assert any(text.startswith("Dec 2024: Early") for text in found)


def test_a_chart_is_safe_to_stand_in_a_page(stay_chart):
    assert stay_chart.startswith("<svg ")
    for unwanted in ("<metadata", "<style", "<script", "DOCTYPE", "matplotlib.org", "202\\d-\\d\\d-\\d\\dT"):
        assert not re.search(unwanted, stay_chart)
    assert "Source Sans Pro" in stay_chart and "DejaVu Sans" in stay_chart


def test_no_text_is_smaller_than_ten_points(stay_chart):
    sizes = [float(size) for size in re.findall(r"font:? ?(?:-size: )?([\d.]+)px", stay_chart)]
    assert sizes and min(sizes) >= 10


@st.composite
def any_series(draw):
    """A series of any shape: one point, constant, with gaps, all suppressed, at any interval and scale."""
    count = draw(st.integers(1, 30))
    first = pd.Timestamp(draw(st.integers(2018, 2026)), draw(st.integers(1, 12)), 1)
    apart = draw(st.sampled_from([1, 3, 6, 12]))
    scale = draw(st.sampled_from([0.0, 1e-3, 1.0, 50.0, 1e6]))
    flat = draw(st.booleans())
    drawn = []
    for i in range(count):
        value = scale if flat else scale * draw(st.floats(-2, 2, allow_nan=False))
        limit = draw(st.sampled_from([None, abs(scale)]))
        drawn.append(
            SimpleNamespace(
                period_start=first + pd.DateOffset(months=apart * i),
                value=value if draw(st.integers(0, 4)) else None,
                shown=draw(st.integers(0, 4)) > 0,
                signal=draw(st.sampled_from(["", "common", "improvement", "concern", "neutral"])),
                centre=draw(st.sampled_from([None, scale])),
                upper_limit=limit,
                lower_limit=None if limit is None else -limit,
                target=draw(st.sampled_from([None, scale / 2])),
                phase=1 + (i > count / 2),
                chart="xmr",
            )
        )
    return drawn


@settings(max_examples=15, deadline=None)
@example(series=[])
@given(series=any_series())
def test_every_shape_of_series_is_drawn_or_has_no_chart(mart_of, series):
    chart = over_time(stay(mart_of("public")), series)
    if not any(row.shown and row.value is not None for row in series):
        assert chart is None
    else:
        assert texts(look.svg(chart))


def test_a_share_near_all_has_no_height_above_100_per_cent_beside_the_words_of_a_change(mart_of):
    mart = mart_of("public")
    share = next(m for m in rows(mart.of("measure", "stroke")) if m.unit == "%")
    measure = share._replace(target=None)
    series = [
        SimpleNamespace(
            period_start=pd.Timestamp(2025, month, 1), value=percent, shown=True, signal="common",
            centre=85.0, upper_limit=100.0, lower_limit=60.0, target=None, phase=1, chart="xmr",
        )
        for month, percent in enumerate((74.0, 66.0, 78.0, 100.0, 97.0, 99.0), start=1)
    ]  # fmt: skip
    change = SimpleNamespace(
        date=pd.Timestamp(2025, 4, 1), title="A change with a name of three lines of words"
    )
    heights = [text for text in texts(look.svg(over_time(measure, series, [change]))) if text.endswith("%")]
    named = [float(text.removesuffix("%")) for text in heights if text[0].isdigit()]
    assert len(named) >= 3 and max(named) <= 100


@given(start=st.dates(date(2015, 1, 1), date(2030, 1, 1)), months=st.integers(0, 240))
def test_an_axis_of_time_names_one_to_six_months_that_it_covers(start, months):
    start = pd.Timestamp(start).replace(day=1)
    end = start + pd.DateOffset(months=months)
    named = breaks_between(start, end)
    assert named[0] == start and named[-1] <= end
    assert 1 <= len(named) <= 6


def test_the_same_rows_give_the_same_bytes(mart_of, stay_chart):
    mart = mart_of("public")
    again = over_time(
        stay(mart),
        rows(mart.of("series", "stroke", measure="length_of_stay")),
        rows(mart.of("change", "stroke")),
    )
    assert look.svg(again) == stay_chart


def _some_charts(mart_of):
    """Dates, numbers and names across, several kinds of mark, a bar beyond the limits."""
    mart = mart_of("public")
    yield over_time(
        stay(mart),
        rows(mart.of("series", "stroke", measure="length_of_stay")),
        rows(mart.of("change", "stroke")),
    )
    yield importance(rows(mart.of("importance", "endocarditis")))
    yield bars(["Ward", "Clinic"], [1200.0, 800.0])
    yield deprivation(stay(mart), rows(mart.of("inequality", "stroke", measure="length_of_stay")))
    yield cost_spread(rows(mart.of("cost_spread", "stroke")), rows(mart.of("cost_summary", "stroke"))[0])
    yield value(rows(mart.of("value", "stroke")))
    yield _columns()


def _columns():
    table = pd.DataFrame({"x": ["b", "a", "c"], "y": [1.0, 9.0, 2.0], "kind": ["q", "p", "q"]})
    beyond = p9.scale_y_continuous(limits=(0, 5))
    return look.Chart(table, p9.aes("x", "y", fill="kind")) + p9.geom_col() + beyond + look.theme(2)


@pytest.mark.filterwarnings("ignore:position_stack")  # a bar beyond the limits is left out
def test_a_chart_is_drawn_as_plotnine_draws_it(mart_of):
    """What we leave out of plotnine's way to a drawing, to be quicker, shows nowhere in the drawing."""
    unseen_ticks = r'\s*<g id="[xy]tick_\d+"/>'
    for chart in (*_some_charts(mart_of), _columns() + p9.facet_wrap("kind")):
        plain = p9.ggplot.__new__(p9.ggplot)
        vars(plain).update(vars(p9.ggplot.__deepcopy__(chart, {})))
        plain.theme = plain.theme + p9.theme(legend_position="none")
        with matplotlib.rc_context(look._RC):
            as_plotnine = look._saved(plain.draw())
        assert re.sub(unseen_ticks, "", look.svg(chart)) == re.sub(unseen_ticks, "", as_plotnine)


@pytest.mark.filterwarnings("ignore:position_stack")  # a bar beyond the limits is left out
def test_a_chart_is_found_again_after_another_of_its_look_was_drawn(mart_of, tmp_path, monkeypatch):
    monkeypatch.setenv("VALUEKIT_CACHE", str(tmp_path))
    first = [look.svg(chart) for chart in _some_charts(mart_of)]
    monkeypatch.setattr(look.Chart, "draw", None)
    assert [look.svg(chart) for chart in _some_charts(mart_of)] == first


def test_a_point_that_may_not_be_shown_is_not_drawn(mart_of):
    mart = mart_of("public")
    series = rows(mart.of("series", "stroke", measure="alive_30_days"))
    measure = next(m for m in rows(mart.of("measure", "stroke")) if m.measure == "alive_30_days")
    hidden = [
        r._replace(shown=False, reason="suppressed") if i in (3, 7, 8) else r for i, r in enumerate(series)
    ]
    assert over_time(measure, hidden).data["y"].notna().sum() == sum(r.shown for r in series) - 3
    assert over_time(measure, [r._replace(shown=False) for r in series]) is None


def test_each_chart_is_none_where_nothing_may_be_shown(mart_of):
    mart = mart_of("public")
    assert importance([r._replace(shown=False) for r in rows(mart.of("importance", "stroke"))]) is None
    assert (
        cost_spread([r._replace(shown=False) for r in rows(mart.of("cost_spread", "stroke"))], None) is None
    )
    fifths = rows(mart.of("inequality", "stroke", measure="length_of_stay"))
    assert deprivation(stay(mart), [r._replace(shown=False) for r in fifths]) is None
    assert value([r._replace(outcome=None) for r in rows(mart.of("value", "stroke"))]) is None
    assert bars(["a"], [None]) is None


def test_importance_names_who_rated_on_each_line(mart_of):
    found = texts(look.svg(importance(rows(mart_of("public").of("importance", "endocarditis")))))
    assert sum(t.startswith("patients ") for t in found) == len(marts.TOPICS["endocarditis"])
    assert not any(t.startswith("carers") for t in found), "carers were too few to show"


def test_bars_write_each_amount_and_say_what_is_not_shown():
    found = texts(look.svg(bars(["Ward", "Clinic"], [1200.0, None])))
    assert {"Ward", "Clinic", "£1,200", "not shown"} <= set(found)


def test_deprivation_names_both_ends_and_each_n(mart_of):
    mart = mart_of("public")
    found = texts(
        look.svg(deprivation(stay(mart), rows(mart.of("inequality", "stroke", measure="length_of_stay"))))
    )
    assert {"1 most deprived", "5 least deprived"} <= set(found)
    assert sum("n = 176" in t for t in found) == 5


def test_mean_and_median_are_marked_on_the_spread(mart_of):
    mart = mart_of("public")
    found = texts(
        look.svg(
            cost_spread(rows(mart.of("cost_spread", "stroke")), rows(mart.of("cost_summary", "stroke"))[0])
        )
    )
    assert {"Mean £14,200", "Median £10,792"} <= set(found)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8), st.floats(0.1, 30))
def test_labels_keep_their_order_stay_inside_and_do_not_meet(wanted, gap):
    placed = look.spread(wanted, gap, 0, 100)
    pairs = sorted(zip(wanted, placed, strict=True))
    heights = [p for _, p in pairs]
    assert heights == sorted(heights) and min(heights) >= -1e-6 and max(heights) <= 100 + 1e-6
    room = min(gap, 100 / max(len(wanted) - 1, 1))
    assert all(b - a >= room - 1e-6 for a, b in itertools.pairwise(heights))


def test_labels_that_are_far_apart_are_not_moved():
    assert look.spread([10.0, 50.0, 90.0], 5, 0, 100) == [10.0, 50.0, 90.0]
