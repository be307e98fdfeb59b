"""What matters: mean ratings with their intervals, and who was asked."""

from __future__ import annotations

import pandas as pd
import pytest
from figures_by_hand import a_service_with

from valuekit.measures import importance
from valuekit.measures.definitions import Topic


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
