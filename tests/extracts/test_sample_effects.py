"""What was put into the synthetic extracts is found in them again, worked out here from their rows alone.

Every comparison states its standard error (se). A declared figure must lie within 2.5 se of what is found:
with a fixed seed that is a fixed answer, and for a figure that is off by 5 se it fails.
"""

import datetime

import numpy as np
import pandas as pd
import pytest
import yaml
from sample_drop import ROOT, truth

from valuekit.extracts.sample import KnownEffects

EFFECTS = KnownEffects()
END = pd.Timestamp("2026-11-01")
CODES = {"stroke": ("I61", "I63", "I64"), "endocarditis": ("I33", "I38"), "hepatitis_c": ("B182",)}
TYPES = {"stroke": ("admitted",), "endocarditis": ("admitted",), "hepatitis_c": ("outpatient", "community")}


@pytest.fixture(scope="module")
def activity() -> pd.DataFrame:
    rows = truth()[1]["activity"]
    return rows.assign(start=pd.to_datetime(rows["start_date"]), end=pd.to_datetime(rows["end_date"]))


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rows = truth()[1]["patients"].set_index("nhs_number")
    return rows.assign(died=pd.to_datetime(rows["date_of_death"].replace("", None)))


@pytest.fixture(scope="module")
def outcomes() -> pd.DataFrame:
    rows = truth()[1]["outcomes"]
    return rows.assign(
        score=pd.to_numeric(rows["value"], errors="coerce"),
        recorded=pd.to_datetime(rows["recorded_date"]),
        day=pd.to_datetime(rows["completed_date"].replace("", None)),
    )


@pytest.fixture(scope="module")
def qualifying(activity) -> dict[str, pd.DataFrame]:
    """Service → its qualifying activity, as the cohort rules say."""
    return {
        service: activity[
            activity["activity_type"].isin(TYPES[service])
            & activity["primary_diagnosis"].str.startswith(codes)
        ]
        for service, codes in CODES.items()
    }


@pytest.fixture(scope="module")
def began(qualifying) -> dict[str, pd.Series]:
    """Service → NHS number → start of the first qualifying activity."""
    return {service: rows.groupby("nhs_number")["start"].min() for service, rows in qualifying.items()}


@pytest.fixture(scope="module")
def first_stay(qualifying, began) -> dict[str, pd.Series]:
    """Service → NHS number → days of the first stay."""
    stays = {}
    for service in ("stroke", "endocarditis"):
        spell = (
            qualifying[service].groupby(["nhs_number", "spell_id"]).agg(a=("start", "min"), b=("end", "max"))
        )
        spell = spell.reset_index().sort_values("a").drop_duplicates("nhs_number").set_index("nhs_number")
        stays[service] = (spell["b"] - spell["a"]) / pd.Timedelta(days=1)
    return stays


def mean_se(values) -> tuple[float, float]:
    values = np.asarray(values, float)
    return values.mean(), values.std(ddof=1) / len(values) ** 0.5


def agrees(found: float, se: float, declared: float) -> bool:
    return abs(found - declared) < 2.5 * se


def complete(dates: pd.Series, days: int) -> pd.Series:
    return dates[dates + pd.Timedelta(days=days) < END]


# The declared effects


def test_early_supported_discharge_shortens_the_mean_first_stay(began, first_stay):
    start = complete(began["stroke"], 150)  # 150 days: the longest stay, so that nobody is still in hospital
    stay, after = first_stay["stroke"][start.index], start >= pd.Timestamp(EFFECTS.early_discharge)
    (before_mean, before_se), (after_mean, after_se) = mean_se(stay[~after]), mean_se(stay[after])
    assert agrees(before_mean, before_se, EFFECTS.stay_before)
    assert agrees(after_mean, after_se, EFFECTS.stay_after)
    assert before_mean - after_mean > 4 * np.hypot(before_se, after_se)


def test_the_stay_is_a_step_and_no_trend(began, first_stay):
    start = complete(began["stroke"], 150)
    years = (start - start.min()) / pd.Timedelta(days=365.25)
    after = start >= pd.Timestamp(EFFECTS.early_discharge)
    for phase in (~after, after):
        slope, se = slope_se(years[phase], first_stay["stroke"][start.index][phase])
        assert abs(slope) < 2.5 * se


def slope_se(x, y) -> tuple[float, float]:
    """Least squares slope and its standard error (the textbook formula)."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    sxx = ((x - x.mean()) ** 2).sum()
    slope = ((x - x.mean()) * (y - y.mean())).sum() / sxx
    residual = y - y.mean() - slope * (x - x.mean())
    return slope, ((residual**2).sum() / (len(x) - 2) / sxx) ** 0.5


@pytest.fixture(scope="module")
def rankin(began, people, outcomes) -> pd.DataFrame:
    """Stroke: everybody whose six months are over: decile and score, those who died by then at 6."""
    start = complete(began["stroke"], 210)
    frame = people.loc[start.index, ["decile", "died"]]
    scored = outcomes[(outcomes["instrument"] == "mrs") & outcomes["score"].notna()].set_index("nhs_number")
    frame["score"] = scored["score"].reindex(frame.index)
    frame.loc[frame["died"] < start + pd.Timedelta(days=182), "score"] = 6
    return frame


def test_independence_rises_in_a_straight_line_from_the_most_to_the_least_deprived(rankin):
    known = rankin.dropna(subset=["score"])
    independent = known["score"] <= 2
    slope, se = slope_se((known["decile"] - 1) / 9, independent)
    assert agrees(slope, se, EFFECTS.independent_least_deprived - EFFECTS.independent_most_deprived)
    assert slope > 4 * se
    for fifth in range(1, 6):
        share, se = mean_se(independent[(known["decile"] + 1) // 2 == fifth])
        assert agrees(share, se, EFFECTS.independent(2 * fifth - 0.5)), fifth


def test_deaths_after_stroke_do_not_differ_by_deprivation(rankin, began):
    early = rankin["died"] < began["stroke"][rankin.index] + pd.Timedelta(days=30)
    slope, se = slope_se(rankin["decile"], early)
    assert abs(slope) < 2.5 * se


def test_community_clinics_cure_more(began, outcomes):
    tested = outcomes[(outcomes["instrument"] == "svr12") & outcomes["score"].notna()].set_index("nhs_number")
    after = began["hepatitis_c"][tested.index] >= pd.Timestamp(EFFECTS.community_clinics)
    (before_share, before_se), (after_share, after_se) = (
        mean_se(tested["score"][~after]),
        mean_se(tested["score"][after]),
    )
    assert agrees(before_share, before_se, EFFECTS.cured_before)
    assert agrees(after_share, after_se, EFFECTS.cured_after)
    assert after_share - before_share > 2.5 * np.hypot(before_se, after_se)


def test_community_clinics_shorten_the_wait_a_little(began, activity):
    start = complete(began["hepatitis_c"], 100)  # nobody waits longer, so nobody is left out
    visits = activity[(activity["activity_type"] == "therapy") & activity["nhs_number"].isin(start.index)]
    first = visits[visits["primary_diagnosis"] == "B182"].groupby("nhs_number")["start"].min()
    wait = (first - start[first.index]) / pd.Timedelta(days=1)
    after = start[first.index] >= pd.Timestamp(EFFECTS.community_clinics)
    (before_mean, before_se), (after_mean, after_se) = mean_se(wait[~after]), mean_se(wait[after])
    assert agrees(before_mean, before_se, EFFECTS.wait_before)
    assert agrees(after_mean, after_se, EFFECTS.wait_after)


def test_the_endocarditis_team_helps_but_so_few_people_may_not_show_it(began, outcomes):
    answered = outcomes[(outcomes["instrument"] == "gad7") & outcomes["score"].notna()].set_index(
        "nhs_number"
    )
    calm = answered["score"] <= 9
    after = began["endocarditis"][answered.index] >= pd.Timestamp(EFFECTS.endocarditis_team)
    (before_share, before_se), (after_share, after_se) = mean_se(calm[~after]), mean_se(calm[after])
    assert agrees(before_share, before_se, EFFECTS.low_anxiety_before)
    assert agrees(after_share, after_se, EFFECTS.low_anxiety_after)
    # The effect is real, and less than two standard errors of what these numbers can tell.
    declared = EFFECTS.low_anxiety_after - EFFECTS.low_anxiety_before
    assert declared < 2 * np.hypot(before_se, after_se)


@pytest.mark.parametrize(
    ("recipe", "resource"),
    [("antiviral_visit", "DAA"), ("emergency", "NUR"), ("ct", "IMG"), ("outpatient", "MED")],
)
def test_unit_costs_rise_by_three_per_cent_a_year(recipe, resource, activity):
    lines = truth()[1]["cost_lines"].merge(activity[["activity_id", "recipe"]], on="activity_id")
    some = lines[(lines["recipe"] == recipe) & (lines["resource"] == resource) & (lines["pence"] > 0)]
    slope, se = slope_se(some["file_month"] / 12, np.log(some["pence"]))
    assert agrees(slope, se, np.log(1 + EFFECTS.annual_cost_rise))
    assert se < 0.01


def test_patients_worry_more_about_recurrence_than_clinicians_think():
    rows = truth()[1]["survey"]
    worry = rows[rows["topic"] == "recurrence_worry"]
    by_patients, patients_se = mean_se(worry["rating"][worry["group"] != "clinician"])
    by_clinicians, clinicians_se = mean_se(worry["rating"][worry["group"] == "clinician"])
    assert by_patients - by_clinicians > 4 * np.hypot(patients_se, clinicians_se)
    # Whole ratings up to 5 pull the mean of 4.6 down: only the lower side is held.
    assert 4.2 < by_patients <= EFFECTS.recurrence_worry_patients + 2.5 * patients_se
    assert agrees(by_clinicians, clinicians_se, EFFECTS.recurrence_worry_clinicians)


# What was not put in


@pytest.mark.parametrize(
    ("service", "instrument", "change"),
    [
        ("hepatitis_c", "fatigue", EFFECTS.community_clinics),
        ("stroke", "nihss", EFFECTS.early_discharge),
        ("stroke", "mrs", EFFECTS.early_discharge),
        ("stroke", "mrs", datetime.date(2024, 9, 2)),  # the information pack moves nothing
    ],
)
def test_scores_without_a_declared_effect_do_not_move_with_a_service_change(
    service, instrument, change, began, outcomes
):
    rows = outcomes[(outcomes["instrument"] == instrument) & outcomes["score"].notna()]
    rows = rows[(rows["service"] == service) & rows["nhs_number"].isin(began[service].index)]
    after = began[service][rows["nhs_number"]].to_numpy() >= np.datetime64(change)
    (before_mean, before_se), (after_mean, after_se) = (
        mean_se(rows["score"][~after]),
        mean_se(rows["score"][after]),
    )
    assert abs(after_mean - before_mean) < 2.5 * np.hypot(before_se, after_se)


def test_the_number_of_pathways_a_year_is_steady(began):
    for service, a_year in (("stroke", 900), ("hepatitis_c", 400), ("endocarditis", 110)):
        # A count's se is its square root; of those of the last month some are still in hospital.
        assert abs(len(began[service]) - 3 * a_year) < 2.5 * (3 * a_year) ** 0.5 + a_year / 12, service
        years = (began[service] - pd.Timestamp("2023-11-01")) / pd.Timedelta(days=365.25)
        se = 3 / 12**0.5 / len(years) ** 0.5  # of the mean of moments spread evenly over three years
        assert abs(years.mean() - 1.5) < 2.5 * se + 0.02, service


# Shapes that a reader would know


@pytest.mark.parametrize(
    ("service", "least", "most"),
    [("stroke", 9e3, 12e3), ("hepatitis_c", 9e3, 13e3), ("endocarditis", 30e3, 45e3)],
)
def test_a_pathway_costs_what_is_plausible_and_a_few_cost_far_more(service, least, most, began, activity):
    own = activity[activity["nhs_number"].isin(complete(began[service], 365).index)]
    own = own[own["treatment_function"] != "130"]
    lines = truth()[1]["cost_lines"].merge(own[["activity_id", "nhs_number"]], on="activity_id")
    pounds = lines.groupby("nhs_number")["pence"].sum() / 100
    assert least < pounds.mean() < most
    assert pounds.mean() > 1.02 * pounds.median()
    assert ((pounds - pounds.mean()) ** 3).mean() / pounds.std() ** 3 > 0.4  # skewed to the right


def test_antiviral_drugs_are_most_of_what_hepatitis_c_costs(began, activity):
    own = activity[activity["nhs_number"].isin(began["hepatitis_c"].index)]
    lines = truth()[1]["cost_lines"].merge(own[["activity_id"]], on="activity_id")
    assert lines["pence"][lines["resource"] == "DAA"].sum() > 0.6 * lines["pence"].sum()


def test_endocarditis_means_about_a_month_in_hospital_and_an_operation_for_half(began, first_stay, activity):
    start = complete(began["endocarditis"], 130)
    assert 25 < first_stay["endocarditis"][start.index].mean() < 34
    operated = activity[activity["recipe"] == "valve_operation"]["nhs_number"].nunique()
    assert 0.4 < operated / len(began["endocarditis"]) < 0.6


def test_some_pathways_cross_the_year_end_and_some_care_is_given_elsewhere(qualifying, activity):
    spells = qualifying["stroke"].groupby("spell_id").agg(a=("start", "min"), b=("end", "max"))
    assert ((spells["a"] < "2025-03-31") & (spells["b"] > "2025-04-02")).sum() >= 10
    share = activity["organisation_code"].value_counts(normalize=True)
    assert set(share.index) == {"ZZ1", "ZZ2", "ZZ3C", *EFFECTS.sites}
    assert 0.005 < share["ZZ2"] < 0.1


def test_nobody_is_seen_or_answers_after_death(activity, outcomes, people):
    died = people["died"].reindex(activity["nhs_number"]).to_numpy()
    assert not (activity["start"].dt.normalize().to_numpy() > died).any()
    answers = outcomes[
        outcomes["day"].notna() & ~((outcomes["instrument"] == "mrs") & (outcomes["score"] == 6))
    ]
    assert not (answers["day"].to_numpy() > people["died"].reindex(answers["nhs_number"]).to_numpy()).any()
    rankin_6 = outcomes[(outcomes["instrument"] == "mrs") & (outcomes["score"] == 6)]
    assert len(rankin_6) > 50
    assert people["died"].reindex(rankin_6["nhs_number"]).notna().all()


def test_who_died_in_hospital_has_it_as_the_destination(activity, people):
    dead = activity[activity["discharge_destination"] == "79"]
    assert len(dead) > 100
    assert (
        people["died"].reindex(dead["nhs_number"]).to_numpy() == dead["end"].dt.normalize().to_numpy()
    ).all()


def test_an_answer_is_a_score_or_a_profile_and_no_answer_is_neither(outcomes):
    profile = outcomes["items"] != ""
    assert (profile == (outcomes["instrument"].isin(["eq5d3l", "eq5d5l"]) & outcomes["day"].notna())).all()
    assert (outcomes["score"].notna() == (outcomes["day"].notna() & ~profile)).all()
    assert (outcomes["recorded"] >= outcomes["day"]).where(outcomes["day"].notna(), True).all()


def test_follow_up_is_incomplete_and_a_little_more_so_among_the_deprived(outcomes, people):
    share = outcomes["day"].notna().groupby(outcomes["instrument"]).mean()
    assert set(share.index) == {"eq5d3l", "eq5d5l", "fatigue", "gad7", "goal", "mrs", "nihss", "svr12"}
    assert share.between(0.70, 0.92).all()
    decile = people["decile"].reindex(outcomes["nhs_number"]).to_numpy()
    slope, se = slope_se((decile - 1) / 9, outcomes["day"].notna())
    assert agrees(slope, se, 0.07)
    assert slope > 2 * se


def test_quality_of_life_is_plausible_and_falls_with_disability(outcomes):
    decrements = pd.read_csv(ROOT / "data/reference/eq5d_uk_decrements.csv")
    decrements = decrements[decrements["value_set"] == "uk_5l_vt_2026"].set_index("term")["value"]
    rows = outcomes[(outcomes["items"] != "") & (outcomes["time_point"] == "6_months")]
    rows = rows[rows["instrument"] == "eq5d5l"]
    dimensions = ("MO", "SC", "UA", "PD", "AD")
    index = rows["items"].map(
        lambda profile: (
            1
            + sum(decrements[d + level] for d, level in zip(dimensions, profile, strict=True) if level > "1")
        )
    )
    assert index.groupby(rows["service"]).mean().between(0.6, 0.85).all()
    stroke = index[rows["service"] == "stroke"].set_axis(rows["nhs_number"][rows["service"] == "stroke"])
    score = outcomes[outcomes["instrument"] == "mrs"].set_index("nhs_number")["score"].reindex(stroke.index)
    by_score = stroke.groupby(score).mean()
    assert by_score.loc[0:5].is_monotonic_decreasing
    assert by_score[0] > 0.85
    assert by_score[5] < 0.3


def test_the_survey_asks_about_the_topics_of_the_definitions_and_nothing_else():
    rows = truth()[1]["survey"]
    for service, some in rows.groupby("service"):
        definition = yaml.safe_load((ROOT / f"data/services/{service}.yml").read_text(encoding="utf-8"))
        assert set(some["topic"]) == {topic["topic"] for topic in definition["what_matters"]}
    people = rows.drop_duplicates("response_id").groupby(["method", "group"]).size()
    assert people["discussion_group"].sum() == 53
    assert people["survey"].sum() > 100
    assert people["survey", "clinician"] >= 40


def test_each_service_change_names_a_measure_of_its_service_or_none():
    for change in truth()[1]["service_changes"].itertuples():
        definition = yaml.safe_load(
            (ROOT / f"data/services/{change.service}.yml").read_text(encoding="utf-8")
        )
        assert change.measure in {"", *(measure["measure"] for measure in definition["measures"])}


def test_the_sample_is_small_enough_for_a_monthly_job():
    tables = truth()[1]
    assert 150_000 < len(tables["cost_lines"]) <= 300_000
    assert 40_000 <= len(tables["activity"]) <= 70_000
