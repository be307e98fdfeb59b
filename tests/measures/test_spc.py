"""XmR charts: published limits, every rule on a sequence made for it, and the two icons."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from valuekit.measures.statistics import spc


def chart(values, direction="increase", shown=None, **options) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "period_start": pd.date_range("2023-01-01", periods=len(values), freq="MS"),
            "value": values,
            "shown": True if shown is None else shown,
        }
    )
    return spc.xmr(frame, direction, **options)


VISCOSITY = [
    33.75,
    33.05,
    34.00,
    33.81,
    33.46,
    34.02,
    33.68,
    33.27,
    33.49,
    33.20,
    33.62,
    33.00,
    33.54,
    33.12,
    33.84,
]
"""Aircraft primer paint, 15 batches: Montgomery, Introduction to Statistical Quality Control."""


def test_limits_are_those_of_montgomerys_viscosity_example():
    found = chart(VISCOSITY).iloc[0]
    assert round(found["centre"], 2) == 33.52
    assert round(found["lower_limit"], 2) == 32.24
    assert round(found["upper_limit"], 2) == 34.80


def test_no_batch_of_montgomerys_example_is_a_special_cause():
    assert set(chart(VISCOSITY)["special"]) == {""}


# Limits of the sequences below, by hand: 0 and 1 in turn have moving ranges of 1, so the limits stand 2.66
# from the mean and a point is close to one beyond 1.7733 from the mean.
CALM = [0.0, 1.0] * 12


def with_points(points: dict[int, float]) -> list[float]:
    return [points.get(i, value) for i, value in enumerate(CALM)]


def test_a_point_outside_a_limit_is_a_special_cause():
    found = chart(with_points({10: 9.0}))
    assert found["special"].tolist() == ["outside_limit" if i == 10 else "" for i in range(24)]
    assert found["signal"].tolist() == ["improvement" if i == 10 else "common" for i in range(24)]


def test_seven_rising_points_are_a_trend_and_all_seven_are_flagged():
    # Points 8 to 14 rise; the point before lies above the eighth, the one after below the fourteenth.
    found = chart(
        with_points({8: -0.6, 9: -0.1, 10: 0.1, 11: 0.6, 12: 0.9, 13: 1.2, 14: 1.6, 15: 0.0, 16: 1.0})
    )
    assert [i for i, rule in enumerate(found["special"]) if rule == "trend"] == list(range(8, 15))


def test_six_rising_points_are_no_trend():
    found = chart(with_points({8: -0.1, 9: 0.1, 10: 0.3, 11: 0.6, 12: 0.9, 13: 1.2, 14: 0.0}))
    assert "trend" not in set(found["special"])


def test_two_equal_points_in_succession_break_a_trend():
    rise = {8: -0.6, 9: -0.1, 10: 0.1, 11: 0.1, 12: 0.9, 13: 1.2, 14: 1.6, 15: 0.0}
    assert "trend" not in set(chart(with_points(rise))["special"])


def test_seven_points_on_one_side_of_the_mean_are_a_run_and_six_are_not():
    side = lambda n: {i: 0.9 + 0.05 * (i % 2) for i in range(9, 9 + n)} | {8: 0.0, 9 + n: 0.0}  # noqa: E731
    assert [i for i, rule in enumerate(chart(with_points(side(7)))["special"]) if rule == "run"] == list(
        range(9, 16)
    )
    assert set(chart(with_points(side(6)))["special"]) == {""}


def test_a_point_on_the_mean_ends_a_run():
    # Symmetric about 5, so 5 is the mean to the last bit: six above, one on it, six above; then mirrored.
    above = [6.0, 7.0, 6.0, 7.0, 6.0, 7.0, 5.0, 6.0, 7.0, 6.0, 7.0, 6.0, 7.0]
    values = above + [10 - value for value in above]
    found = chart(values)
    assert found["centre"].iloc[0] == 5.0
    assert "run" not in set(found["special"][:13])


def test_two_of_three_points_close_to_one_limit_are_flagged_and_the_third_is_not():
    values = with_points({10: 3.0, 11: 1.0, 12: 3.0, 13: 0.0})
    found = chart(values)
    gap = (found["upper_limit"] - found["centre"]).iloc[0]
    assert 2 / 3 < (3.0 - found["centre"].iloc[0]) / gap < 1
    assert [i for i, rule in enumerate(found["special"]) if rule] == [10, 12]
    assert set(found["special"][[10, 12]]) == {"two_of_three"}


def test_two_close_points_do_not_count_where_the_third_is_on_the_other_side():
    assert set(chart(with_points({10: 3.0, 11: 0.0, 12: 3.0, 13: 0.0}))["special"]) == {""}


def test_a_point_outside_a_limit_is_not_close_to_it():
    found = chart(with_points({10: 9.0, 11: 3.0, 12: 5.5, 13: 0.0}))
    centre, upper = found["centre"].iloc[0], found["upper_limit"].iloc[0]
    assert 9.0 > upper > 5.5 > centre + 2 / 3 * (upper - centre)
    assert centre < 3.0  # all three on one side
    assert found["special"][10] == "outside_limit" and found["special"][12] == ""


def test_the_rules_come_in_their_precedence():
    # 30 points: the last seven rise on one side of the mean, the last of them beyond the limit.
    values = [0.0, 1.0] * 12 + [1.1, 1.3, 1.5, 1.7, 1.9, 2.1, 9.0]
    found = chart(values)
    assert found["special"].iloc[-1] == "outside_limit"
    assert set(found["special"].iloc[24:30]) == {"trend"}  # they are a run as well


@pytest.mark.parametrize(
    ("direction", "signal"), [("increase", "improvement"), ("decrease", "concern"), ("neutral", "neutral")]
)
def test_what_a_high_point_means_depends_on_the_direction(direction, signal):
    assert chart(with_points({23: 9.0}), direction)["signal"].iloc[-1] == signal


def test_fewer_than_12_points_make_a_run_chart_without_limits_and_icons():
    found = chart([1.0, 5.0, 2.0] * 3 + [50.0, 3.0])
    assert set(found["chart"]) == {"run"} and set(found["signal"]) == {""}
    assert found["centre"].iloc[0] == 2.0  # 1 1 1 2 2 2 3 5 5 5 50: the sixth of eleven
    assert found["lower_limit"].isna().all()
    assert spc.icons(found, "increase", 4.0) == ("", "")


def test_12_points_make_an_xmr_chart():
    assert set(chart([1.0, 2.0] * 6)["chart"]) == {"xmr"}


def test_points_that_are_not_shown_are_as_if_they_were_not_there():
    values = with_points({10: 9.0})
    gaps = [*values[:5], 1e6, *values[5:20], np.nan, *values[20:]]
    shown = [i not in (5, 21) for i in range(26)]
    found = chart(gaps, shown=shown)
    plain = chart(values)
    for column in ("centre", "lower_limit", "special", "signal"):
        assert found.loc[shown, column].tolist() == plain[column].tolist()
    assert found["signal"][5] == ""


def test_twelve_intervals_with_one_hidden_are_a_run_chart():
    assert set(chart([1.0, 2.0] * 6, shown=[i > 0 for i in range(12)])["chart"]) == {"run"}


def test_screening_drops_the_moving_ranges_beside_an_outlier_once():
    # By hand: 23 points, 0 and 1 in turn but for 21 at place 10: 20 ranges of 1, two of 20 at the outlier.
    values = [0.0, 1.0] * 11 + [0.0]
    values[10] = 21.0
    ranges = np.abs(np.diff(values))
    kept = ranges[ranges < 3.267 * ranges.mean()]
    assert sorted(set(kept)) == [1.0] and len(kept) == 20
    off, on = chart(values), chart(values, screen=True)
    assert on["centre"].iloc[0] == off["centre"].iloc[0] == np.mean(values)
    assert (on["upper_limit"] - on["centre"]).iloc[0] == pytest.approx(2.66)
    assert (off["upper_limit"] - off["centre"]).iloc[0] == pytest.approx(2.66 * ranges.mean())


def test_limits_are_worked_out_anew_from_a_rebase_and_no_rule_reaches_over_it():
    values = [0.0, 1.0] * 6 + [5.0, 6.0] * 6
    found = chart(values, rebase=[date(2024, 1, 1)])
    assert found["phase"].tolist() == [1] * 12 + [2] * 12
    assert found["centre"].tolist() == [0.5] * 12 + [5.5] * 12
    assert set(found["special"]) == {""}
    assert "run" in set(chart(values)["special"])


def test_limits_shown_stay_within_what_is_possible_and_the_rules_do_not_change():
    values = [60.0, 95.0] * 12
    free, held = chart(values), chart(values, within=(0, 100))
    assert free["upper_limit"].iloc[0] > 100 and held["upper_limit"].iloc[0] == 100
    assert held["special"].tolist() == free["special"].tolist()


def test_a_process_that_never_varies_has_no_special_cause():
    assert set(chart([0.1] * 30)["special"]) == {""}


@pytest.mark.parametrize(
    ("values", "direction", "icon"),
    [
        (CALM, "increase", "common"),
        (with_points({23: 9.0}), "increase", "improvement_high"),
        (with_points({23: 9.0}), "decrease", "concern_high"),
        (with_points({23: -9.0}), "increase", "concern_low"),
        (with_points({23: -9.0}), "decrease", "improvement_low"),
        (with_points({23: 9.0}), "neutral", "neutral_high"),
        (with_points({23: -9.0}), "neutral", "neutral_low"),
        (with_points({10: 9.0}), "increase", "common"),  # only the newest point decides
    ],
)
def test_the_variation_icon_is_that_of_the_newest_point(values, direction, icon):
    assert spc.icons(chart(values, direction), direction, None)[0] == icon


@pytest.mark.parametrize(
    ("direction", "target", "icon"),
    [
        # The limits are 0.5 ± 2.66.
        ("increase", -3.0, "consistently_met"),
        ("increase", 4.0, "consistently_missed"),
        ("decrease", 4.0, "consistently_met"),
        ("decrease", -3.0, "consistently_missed"),
        ("increase", 1.0, "hit_and_miss"),
        ("neutral", 4.0, ""),
        ("increase", None, ""),
        ("increase", float("nan"), ""),
    ],
)
def test_the_assurance_icon_says_where_the_target_lies_against_the_limits(direction, target, icon):
    assert spc.icons(chart(CALM, direction), direction, target)[1] == icon


@given(
    st.lists(st.integers(-50, 50), min_size=12, max_size=40),
    st.integers(-1000, 1000),
    st.sampled_from([0.5, 2.0, 8.0]),
)
def test_limits_and_rules_move_with_a_shift_and_a_scale(values, shift, scale):
    values = np.array(values, float)
    plain, moved = chart(values), chart(values * scale + shift)
    for column in ("centre", "lower_limit", "upper_limit"):
        assert np.allclose(moved[column], plain[column] * scale + shift, rtol=1e-9, atol=1e-6)
    assert moved["special"].tolist() == plain["special"].tolist()


@given(st.lists(st.floats(-50, 50), min_size=12, max_size=40))
def test_turned_upside_down_every_improvement_is_a_concern(values):
    assume(np.ptp(values) > 1e-3)
    up, down = chart(values), chart([-value for value in values])
    turned = {"improvement": "concern", "concern": "improvement", "common": "common"}
    assert down["signal"].tolist() == [turned[signal] for signal in up["signal"]]
