"""What matters: mean ratings with their intervals, and who was asked."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import a_service_with
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from valuekit.measures.definition.definitions import Topic
from valuekit.measures.people import importance

RATINGS = st.lists(st.integers(1, 5), min_size=8, max_size=30)


def a_service():
    service = a_service_with({"kind": "alive_share", "days": 30})
    topics = (Topic(topic="mood", name="Mood"), Topic(topic="living", name="Surviving", measure="m0"))
    return service.model_copy(update={"what_matters": topics})


def survey(*answers: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(answers, columns=["response_id", "group", "method", "date", "topic", "rating"])
    return frame.assign(service="stroke", date=pd.to_datetime(frame["date"]))


ANSWERS = survey(
    ("R1", "patient", "survey", "2025-01-03", "living", 5),
    ("R1", "patient", "survey", "2025-01-03", "mood", 2),
    ("R2", "patient", "survey", "2025-01-09", "living", 4),
    ("R3", "patient", "discussion_group", "2025-02-01", "living", 3),
    ("R4", "carer", "survey", "2025-01-05", "living", 5),
    ("R5", "carer", "survey", "2025-01-06", "gone", 1),
)


def test_each_topic_of_the_definition_has_the_mean_rating_of_each_group_with_its_t_interval():
    found = importance.importance(ANSWERS, [a_service()]).set_index(["topic", "group"])
    living = found.loc[("living", "patient")]
    # By hand: 5, 4, 3: mean 4, standard deviation 1, 4.3027 ÷ √3 = 2.484; the scale ends at 5.
    assert (living["n"], living["mean"], living["upper"]) == (3, 4.0, 5.0)
    assert living["lower"] == pytest.approx(4 - 2.4842, abs=1e-3)
    assert living["position"] == 2 and living["measure"] == "m0" and living["name"] == "Surviving"


def test_a_topic_that_a_group_did_not_rate_says_so_and_a_single_rating_has_no_interval():
    found = importance.importance(ANSWERS, [a_service()]).set_index(["topic", "group"])
    assert found.loc[("mood", "carer"), "n"] == 0 and not found.loc[("mood", "carer"), "shown"]
    assert found.loc[("mood", "patient"), "n"] == 1 and pd.isna(found.loc[("mood", "patient"), "lower"])


def test_topics_that_no_definition_names_are_left_out():
    assert set(importance.importance(ANSWERS, [a_service()])["topic"]) == {"mood", "living"}


def test_people_who_took_part_are_counted_once_with_their_first_and_last_date():
    found = importance.asked(ANSWERS, [a_service()])
    assert found[["group", "method", "people"]].to_records(index=False).tolist() == [
        ("patient", "discussion_group", 1),
        ("patient", "survey", 2),
        ("carer", "survey", 2),
    ]
    assert (found["first"].iloc[1], found["last"].iloc[1]) == (
        pd.Timestamp("2025-01-03"),
        pd.Timestamp("2025-01-09"),
    )


# Where groups differ


def rated(*values: int) -> pd.Series:
    return pd.Series(values, dtype=float)


def test_the_difference_of_two_groups_is_that_worked_out_by_hand():
    # 37 ÷ 8 − 25 ÷ 8 = 1.5; standard error √(0.267857 ÷ 8 + 0.410714 ÷ 8) = 0.291241 (13.4 df).
    (row,) = importance.compared([(rated(5, 5, 4, 5, 4, 5, 5, 4), rated(3, 4, 3, 2, 3, 4, 3, 3))])
    assert row["difference"] == 1.5 and row["verdict"] == "higher"
    assert (row["lower"], row["upper"]) == pytest.approx(
        (1.5 - 2.1544 * 0.291241, 1.5 + 2.1544 * 0.291241), abs=1e-3
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(RATINGS, RATINGS), min_size=1, max_size=7))
def test_interval_and_p_are_those_of_statsmodels_with_holms_correction_step_by_step(pairs):
    rows = importance.compared([(rated(*one), rated(*other)) for one, other in pairs])
    raw = []
    for (one, other), row in zip(pairs, rows, strict=True):
        if np.std(one) == np.std(other) == 0:
            raw.append(float(np.mean(one) == np.mean(other)))
            continue
        two = CompareMeans(DescrStatsW(one), DescrStatsW(other))
        raw.append(two.ttest_ind(usevar="unequal")[1])
        assert (row["lower"], row["upper"]) == pytest.approx(two.tconfint_diff(usevar="unequal"), abs=1e-9)
    # Holm 1979: the smallest p counts as often as there are topics, the next once less; never falling.
    order, last = np.argsort(raw, kind="stable"), 0.0
    for rank, place in enumerate(order):
        last = max(last, min(1.0, raw[place] * (len(raw) - rank)))
        assert rows[place]["p"] == pytest.approx(last, abs=1e-12)
        clear = rows[place]["verdict"] in ("higher", "lower")
        assert clear == (last < 0.05)


def test_fewer_than_eight_of_a_group_are_too_few_and_do_not_count_among_the_topics():
    strong = (rated(5, 5, 4, 5, 4, 5, 5, 4), rated(3, 4, 3, 2, 3, 4, 3, 3))
    few = (rated(5, 5, 5, 5, 5, 5, 5), rated(*[1] * 20))
    alone, among = importance.compared([strong])[0], importance.compared([few, strong, few])
    assert [row["verdict"] for row in among] == ["too_few", "higher", "too_few"]
    assert among[1] == alone and pd.isna(among[0]["difference"])


def test_groups_that_each_agree_fully_differ_by_exactly_that():
    rows = importance.compared([(rated(*[5] * 8), rated(*[3] * 8)), (rated(*[4] * 8), rated(*[4] * 8))])
    assert [(r["difference"], r["lower"], r["upper"], r["verdict"]) for r in rows] == [
        (2.0, 2.0, 2.0, "higher"),
        (0.0, 0.0, 0.0, "uncertain"),
    ]


def test_patients_and_carers_are_each_set_against_clinicians_topic_by_topic():
    answers = [
        (f"{group}{i}", group, "survey", "2025-01-03", "living", rating + i % 2)
        for group, rating in (("patient", 4), ("carer", 2), ("clinician", 2))
        for i in range(10)
    ]
    found = importance.gaps(survey(*answers), [a_service()]).set_index(["group", "topic"])
    assert found["verdict"].to_dict() == {
        ("patient", "mood"): "too_few", ("patient", "living"): "higher",
        ("carer", "mood"): "too_few", ("carer", "living"): "uncertain",
    }  # fmt: skip
    assert found.loc[("patient", "living"), ["n", "other_n", "difference"]].tolist() == [10, 10, 2.0]


def test_without_clinicians_nothing_is_compared():
    assert importance.gaps(ANSWERS, [a_service()]).empty


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holms_correction_is_that_of_statsmodels(p):
    # multipletests empties Python's memory at each call: half a second that has nothing to do with p.
    with mock.patch("gc.collect"):
        expected = multipletests(p, method="holm")[1]
    assert importance.holm(p) == pytest.approx(expected)
