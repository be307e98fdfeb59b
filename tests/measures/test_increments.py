"""Options side by side in the mart: who is in each, when nothing is shown, and cost in the prices of one
year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import MONTHS, a_service_with, rows
from public_tables import RULES, case

from valuekit.measures.definition.value_settings import Option, Prices
from valuekit.measures.money import economics, increments
from valuekit.measures.money.prices import Deflators
from valuekit.measures.protection.disclosure import protect

NO_ACTIVITY = pd.DataFrame(columns=["service", "pathway", "stage", "department"])
PRICES = Prices(values=(0, 10_000), says="one more person alive")


def a_service(**value):
    service = a_service_with({"kind": "alive_share", "days": 30})
    return service.model_copy(update={"value": service.value.model_copy(update={"outcome": "m0"} | value)})


def results(*groups: tuple[str, list[float], list[float], int]) -> pd.DataFrame:
    """For each group a day, outcomes, costs and a fifth."""
    outcome = pd.concat([rows([day] * len(good), good, fifth=fifth) for day, good, _, fifth in groups])
    outcome = outcome.assign(pathway=[f"p{i}" for i in range(len(outcome))], service="stroke", measure="m0")
    cost = outcome.assign(measure="cost_per_pathway", value=np.concatenate([c for _, _, c, _ in groups]))
    return pd.concat([outcome, cost], ignore_index=True)


BEFORE, NOW = "2025-03-01", "2026-03-01"
GOOD, BAD = [1.0] * 30 + [0.0] * 10, [1.0] * 20 + [0.0] * 20
DEAR, CHEAP = list(np.linspace(900, 1100, 40)), list(np.linspace(400, 600, 40))


def made(result, service=None, activity=NO_ACTIVITY, steady=None):
    return increments.tables(result, [service or a_service(prices=PRICES)], activity, MONTHS, steady)


def test_the_newest_year_is_held_against_the_year_before():
    found = made(results((BEFORE, BAD, CHEAP, 3), (NOW, GOOD, DEAR, 3)))["increment"]
    row = found[found["comparison"] == "year"].iloc[0]
    assert (row["option"], row["against"], row["n"], row["against_n"]) == ("now", "before", 40, 40)
    assert (row["completeness"], row["against_completeness"]) == (1.0, 1.0)
    assert (row["cost_difference"], row["outcome_difference"]) == (pytest.approx(500), pytest.approx(25))
    assert row["dearer_better"] > 0.95 and sum(row[q] for q in economics.QUADRANTS) == pytest.approx(1)
    # £500 more for a quarter of a person more: £2,000 for one.
    assert (row["ratio_kind"], row["ratio"]) == ("price", pytest.approx(2000))


def test_completeness_is_that_of_each_group_and_counts_those_whose_outcome_or_cost_is_missing():
    result = results((BEFORE, BAD, CHEAP, 3), (NOW, GOOD * 2, DEAR * 2, 3))
    silent = (result["measure"] == "m0") & result["pathway"].isin([f"p{i}" for i in range(40, 56)])
    no_cost = (result["measure"] == "cost_per_pathway") & result["pathway"].isin(["p118", "p119"])
    result = result.assign(
        known=result["known"] & ~silent & ~no_cost, value=result["value"].mask(silent | no_cost)
    )
    found = made(result)
    row = found["increment"].set_index("comparison").loc["year"]
    # 80 were eligible in the newer year; 16 did not answer, and of 2 more the cost is not known.
    assert (row["n"], row["completeness"]) == (62, pytest.approx(62 / 80))
    assert (row["against_n"], row["against_completeness"]) == (40, 1.0)
    options = found["option"].query("comparison == 'year'").set_index("option")["completeness"]
    assert options.to_dict() == {"before": 1.0, "now": pytest.approx(62 / 80)}


def test_each_price_has_one_best_option_and_probabilities_that_add_up():
    found = made(results((BEFORE, BAD, CHEAP, 3), (NOW, GOOD, DEAR, 3)))["acceptability"]
    for price, best in ((0, "before"), (10_000, "now")):
        own = found[found["price"] == price]
        assert own["probability"].sum() == pytest.approx(1)
        assert own.loc[own["best"], "option"].tolist() == [best]


def test_a_service_that_declares_no_prices_has_no_curve():
    assert made(results((BEFORE, BAD, CHEAP, 3), (NOW, GOOD, DEAR, 3)), a_service())["acceptability"].empty


def test_fewer_than_30_in_a_group_are_not_compared():
    tables = made(results((BEFORE, BAD[:29], CHEAP[:29], 3), (NOW, GOOD, DEAR, 3)))
    row = tables["increment"].iloc[0]
    assert not row["shown"] and row["reason"] == "too few" and np.isnan(row["cost_difference"])
    assert tables["acceptability"].empty


def test_fifths_of_deprivation_are_compared_but_nobody_chooses_between_them():
    tables = made(results((NOW, BAD, CHEAP, 5), (NOW, GOOD, DEAR, 1)))
    row = tables["increment"].set_index("comparison").loc["deprivation"]
    assert (row["option"], row["against"], row["outcome_difference"]) == ("most", "least", pytest.approx(25))
    assert row["ratio_kind"] == "not_a_choice" and np.isnan(row["ratio"])
    assert "deprivation" not in set(tables["acceptability"]["comparison"])
    assert set(tables["option"].query("comparison == 'deprivation'")["status"]) == {""}


def test_a_pathway_belongs_to_the_first_option_whose_activity_it_had_and_else_to_the_rest():
    options = (
        Option(option="home", name="At home", stage="later", departments=("COM",)),
        Option(option="ward", name="On a ward", stage="later"),
        Option(option="rest", name="Neither"),
    )
    result = results((NOW, GOOD, DEAR, 3), (NOW, BAD, CHEAP, 3), (NOW, BAD, DEAR, 3))
    stay = [(f"p{i}", "later", "COM" if i < 40 else "WARD") for i in range(80)]
    also = [("p0", "later", "WARD"), ("p1", "acute", "WARD")]
    activity = pd.DataFrame(stay + also, columns=["pathway", "stage", "department"]).assign(service="stroke")
    found = made(result, a_service(options=options), activity)
    own = found["option"].query("comparison == 'options'").set_index("option")
    assert own["n"].to_dict() == {"home": 40, "ward": 40, "rest": 40}
    # 75% at £1,000, 50% at £500, 50% at £1,000: the rest cost as much as home and achieve less.
    assert own["status"].to_dict() == {"home": "frontier", "ward": "frontier", "rest": "dominated"}
    assert own["ratio"]["home"] == pytest.approx(2000)
    against = found["increment"].query("comparison == 'options'")["against"]
    assert set(against) == {"home"} and len(against) == 2


def test_the_gain_at_a_price_is_worked_out_by_hand_and_its_interval_is_that_of_the_draws():
    found = made(results((BEFORE, BAD, CHEAP, 3), (NOW, GOOD, DEAR, 3)))["acceptability"]
    own = found.set_index(["price", "option"])
    assert own.loc[[(0, "before"), (10_000, "before")], "gain"].isna().all()
    # A quarter of a person more at £10,000 is £2,500, less the £500 that it costs more.
    assert own.loc[(0, "now"), "gain"] == pytest.approx(-500)
    assert own.loc[(10_000, "now"), "gain"] == pytest.approx(2000)
    # At no price only the cost counts: the t interval of the difference, near enough (half-width about 27).
    ends = own.loc[(0, "now"), ["gain_lower", "gain_upper"]].to_numpy(float)
    sd = np.std(DEAR, ddof=1)
    assert ends == pytest.approx(-500 + 1.96 * sd * np.sqrt(2 / 40) * np.array([-1, 1]), abs=4)
    assert own.loc[(10_000, "now"), "gain_lower"] < 2000 < own.loc[(10_000, "now"), "gain_upper"]


def test_along_the_frontier_each_option_is_held_against_the_one_before_and_a_step_not_clear_is_refused():
    # £200 for 0.1 more, standard errors £50 and 0.02: £2,000 (951 to 3,775), as on the page of the method.
    errors = {(1, 0): (50.0, 0.02, 0.0), (3, 1): (50.0, 0.2, 0.0)}
    status = ["frontier", "frontier", "dominated", "frontier"]
    made_of = increments.along_frontier(
        [0, 200, 900, 600], [0.1, 0.2, 0.15, 0.3], status, list("abcd"), lambda a, b: errors[a, b]
    )
    assert set(made_of) == {1, 3}
    assert made_of[1]["against_words"] == "a" and made_of[1]["ratio"] == pytest.approx(2000)
    assert (round(made_of[1]["ratio_lower"]), round(made_of[1]["ratio_upper"])) == (951, 3775)
    assert made_of[3]["ratio_kind"] == "not_clear" and np.isnan(made_of[3]["ratio"])


def test_cost_is_put_into_the_prices_of_one_year():
    # Both years cost £1,000 in cash; prices rose by a tenth between the two, so the first cost £1,100.
    result = results((BEFORE, GOOD, [1000.0] * 40, 3), (NOW, GOOD, [1000.0] * 40, 3))
    lines = [(f"p{i}", "2025-03" if i < 40 else "2026-03", 100_000) for i in range(80)]
    cost = pd.DataFrame(lines, columns=["pathway", "month", "pence"])

    class Tenth(Deflators):
        base = "2025/26"

        def to_base(self, months):
            return months.map({"2025-03": 1.1, "2026-03": 1.0})

    steady = increments.SteadyPrices(cost, object.__new__(Tenth))
    row = made(result, steady=steady)["increment"].iloc[0]
    assert (row["cost"], row["against_cost"], row["prices"]) == (
        pytest.approx(1000),
        pytest.approx(1100),
        "2025/26",
    )


def test_the_same_input_gives_the_same_draws():
    result = results((BEFORE, BAD, CHEAP, 3), (NOW, GOOD, DEAR, 3))
    for name, table in made(result).items():
        pd.testing.assert_frame_equal(table, made(result)[name])


# ---------------------------------------------------------------- in public


@pytest.mark.parametrize("people", [((250, 30), 8), ((400, 110), 9)])
def test_public_increments_follow_from_the_public_options_alone(people):
    public = case(*people).public
    option = public["option"].set_index(["service", "comparison", "option"])
    shown = public["increment"][public["increment"]["shown"]]
    assert len(shown)
    for row in shown.itertuples():
        now, other = (option.loc[row.service, row.comparison, name] for name in (row.option, row.against))
        assert row.cost_difference == now["cost"] - other["cost"] and row.cost_difference % 10 == 0
        assert row.outcome_difference == pytest.approx(now["outcome"] - other["outcome"])
        assert row.n % 5 == 0 and now["outcome"] * row.n / 100 % 5 == pytest.approx(0, abs=1e-6)
    curve = public["acceptability"]
    for row in curve.itertuples():
        own = option.loc[row.service, row.comparison, row.option]
        assert row.benefit == pytest.approx(row.price * own["outcome"] / 100 - own["cost"])
        assert np.isnan(row.gain) or row.gain % 10 == row.gain_lower % 10 == row.gain_upper % 10 == 0
    assert (curve.groupby(["service", "comparison", "price"])["best"].sum() == 1).all()


def test_people_who_share_their_rounded_figures_have_one_public_increment():
    """One outcome more in 300 rounds away: the public tables must not tell the two apart."""
    one, two = (
        results((BEFORE, g, [1000.0] * 150, 3), (NOW, [1.0] * 90 + [0.0] * 60, [1000.0] * 150, 3))
        for g in ([1.0] * 80 + [0.0] * 70, [1.0] * 81 + [0.0] * 69)
    )
    base = case((400, 110), 9)
    public = [protect({**base.raw, **made(result)}, RULES, base.held) for result in (one, two)]
    for name in ("option", "increment", "acceptability"):
        pd.testing.assert_frame_equal(public[0][name], public[1][name])


def in_public(tables: dict[str, pd.DataFrame]) -> pd.Series:
    """The newest year against the one before, as the public sees it."""
    base = case((400, 110), 9)
    return protect({**base.raw, **tables}, RULES, base.held)["increment"].set_index("comparison").loc["year"]


def test_the_public_completeness_is_of_rounded_counts_and_goes_with_the_figures():
    result = results((BEFORE, BAD, CHEAP, 3), (NOW, GOOD * 2, DEAR * 2, 3))
    silent = (result["measure"] == "m0") & result["pathway"].isin([f"p{i}" for i in range(40, 58)])
    result = result.assign(known=result["known"] & ~silent, value=result["value"].mask(silent))
    hidden = made(results((BEFORE, BAD, CHEAP, 3), (NOW, [1.0] * 38 + [0.0] * 2, DEAR, 3)))
    shown = in_public(made(result))
    # 62 of 80: the public sees 60 of 80.
    assert (shown["n"], shown["completeness"], shown["against_completeness"]) == (60, 0.75, 1.0)
    gone = in_public(hidden)
    assert not gone["shown"] and np.isnan([gone["completeness"], gone["against_completeness"]]).all()
