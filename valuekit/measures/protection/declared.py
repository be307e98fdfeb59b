"""How each public column is protected: one declaration for each table of the mart.

A declaration sorts the columns of a table by what happens to them, and names the steps that do it:

``open``
    Says nothing of a patient: identifiers, words and numbers of a definition, months.
``count``
    A number of people or rows: hidden from 1 to 7, else rounded.
``figure``
    A share or mean with its n, interval and reason: worked out anew from rounded parts, or rounded.
``money``
    Pounds: rounded, and hidden where few people hold the sum.
``again``
    Worked out again from what may be shown, so that it tells no more: limits, differences, verdicts, icons.
``words``
    Free notes: the figures in them are rounded, or said as ``fewer than 8``.
"""

from __future__ import annotations

from collections.abc import Mapping

from valuekit.mart import Table, learning
from valuekit.measures.protection import flow as flow_steps
from valuekit.measures.protection import models
from valuekit.measures.protection import value as value_steps
from valuekit.measures.protection.charts import funnel_again, kept_back, slopes_again
from valuekit.measures.protection.lenses import allocation, groups_of_spending, rating_gaps
from valuekit.measures.protection.linked import sums_of_money
from valuekit.measures.protection.steps import (
    Declared,
    Step,
    as_in_series,
    bands,
    cost_summary,
    counts,
    dates_of_many,
    difference,
    figure,
    files,
    latest,
    limits,
    merged_lines,
    notes,
    over,
    ratings,
    value,
)

KINDS = ("open", "count", "figure", "money", "again", "words")


def check_declared(tables: Mapping[str, Table], declared: Mapping[str, Declared]) -> None:
    """Hold the declarations to the mart.

    Raises
    ------
    ValueError
        A public table or column has no declaration, or one is declared twice or is not in the mart.
    """
    public = {name: table for name, table in tables.items() if "public" in table.audiences}
    faults = [f"table '{name}' is not declared" for name in public if name not in declared]
    faults += [f"table '{name}' is not public" for name in declared if name not in public]
    for name in public.keys() & declared.keys():
        has = [column.name for column in public[name].columns]
        said = declared[name].columns(*KINDS)
        faults += [f"{name}.{column} is not declared" for column in has if column not in said]
        faults += [f"{name}.{column} is not in the mart" for column in said if column not in has]
        faults += [f"{name}.{column} is declared twice" for column in set(said) if said.count(column) > 1]
    if faults:
        raise ValueError("disclosure control: " + "; ".join(sorted(faults)))


def _declare(*steps: Step, keys: str, **kinds: str) -> Declared:
    return Declared({kind: tuple(names.split()) for kind, names in kinds.items()}, steps, tuple(keys.split()))


DECLARED: dict[str, Declared] = {
    "service": _declare(
        counts,
        keys="service",
        open="service position name summary lead cohort pathway_days value_says",
        count="pathways",
    ),
    "stage": _declare(keys="service stage", open="service stage position name"),
    "measure": _declare(
        counts,
        keys="service measure",
        open="service measure position name definition numerator denominator statistic unit decimals "
        "direction target target_source tier role time_point interval chosen_by chosen_how method",
        count="chosen_people",
    ),
    "rate": _declare(
        counts,
        keys="service measure",
        open="service measure position name definition numerator denominator unit decimals direction target "
        "target_source tier time_point interval chosen_by chosen_how method",
        count="chosen_people",
    ),
    "chart_setting": _declare(
        keys="service measure position",
        open="service measure position setting first last value words",
    ),
    "series": _declare(
        counts,
        figure(numerator="numerator", reason=True),
        over("n", "eligible"),
        limits,
        keys="service measure period",
        open="service measure period period_start target",
        count="eligible",
        figure="n numerator value lower upper shown reason",
        again="completeness centre lower_limit upper_limit phase chart special signal limits_from",
    ),
    "headline": _declare(
        counts,
        figure("year_"),
        figure("before_"),
        difference("year", "before"),
        over("year_n", "year_eligible"),
        latest,
        keys="service measure",
        open="service measure year_words before_words",
        count="year_eligible",
        figure="year_n year_value year_lower year_upper before_n before_value before_lower before_upper",
        again="latest_period latest_value latest_n completeness difference diff_lower diff_upper verdict "
        "variation assurance",
    ),
    "followup": _declare(
        counts,
        over("complete", "eligible"),
        keys="service measure",
        open="service measure words",
        count="eligible invited returned complete",
        again="completeness",
    ),
    "importance": _declare(
        ratings,
        keys="service topic group",
        open="service topic position name measure group",
        figure="n mean lower upper shown",
    ),
    "asked": _declare(
        counts,
        dates_of_many,
        keys="service group method",
        open="service group method",
        count="people",
        again="first last",
    ),
    "stage_cost": _declare(
        sums_of_money,
        keys="service stage resource",
        open="service words stage stage_name position resource resource_name behaviour touches_patient",
        money="amount per_pathway shown",
    ),
    "department_cost": _declare(
        sums_of_money,
        keys="service department",
        open="service words department department_name",
        money="amount per_pathway shown",
    ),
    "cost_spread": _declare(
        bands,
        keys="service from_gbp",
        open="service words from_gbp to_gbp",
        figure="pathways shown",
    ),
    "cost_summary": _declare(
        cost_summary,
        keys="service",
        open="service words",
        figure="n",
        money="mean lower upper p10 median p90 dearest_share",
    ),
    "cost_kind": _declare(
        flow_steps.cost_kind,
        keys="service scheme kind",
        open="service words scheme kind position name",
        figure="n complete",
        money="amount per_pathway lower upper share",
    ),
    "price_cost": _declare(
        flow_steps.price_cost,
        keys="service words",
        open="service words period_start base_year source",
        figure="n",
        money="cash cash_lower cash_upper real real_lower real_upper",
    ),
    "cost_driver": _declare(
        flow_steps.cost_driver,
        keys="service basis part",
        open="service words before_words basis part position name",
        figure="n before_n shown reason",
        money="amount lower upper",
    ),
    "flow_stage": _declare(
        flow_steps.flow_stage,
        keys="service stage",
        open="service words stage stage_name position",
        figure="n pathways share back first_day",
    ),
    "flow_step": _declare(
        flow_steps.flow_step,
        keys="service from_stage to_stage",
        open="service words from_stage from_name from_position to_stage to_name to_position",
        figure="n pathways share times back wait_median wait_p90",
    ),
    "flow_figure": _declare(
        flow_steps.flow_figure,
        keys="service figure",
        open="service words figure position name statistic unit decimals",
        figure="n value lower upper shown",
    ),
    "value": _declare(
        value,
        keys="service words",
        open="service words period_start prices method",
        figure="n outcome outcome_lower outcome_upper shown reason",
        money="cost cost_lower cost_upper",
        again="completeness ratio ratio_lower ratio_upper fieller_lower fieller_upper bootstrap_lower "
        "bootstrap_upper",
    ),
    "allocation": _declare(
        allocation,
        keys="service",
        open="service words",
        figure="n",
        money="amount mean shown",
        again="share",
    ),
    "need": _declare(
        groups_of_spending("fifth"),
        keys="service fifth",
        open="service words fifth adults expected need_share adult_share source",
        figure="n shown",
        money="amount mean",
        again="met met_lower met_upper gap spend_share",
    ),
    "segment": _declare(
        groups_of_spending("segment"),
        keys="service segment",
        open="service words segment position name bands",
        figure="n shown",
        money="amount mean",
        again="people_share spend_share",
    ),
    "programme": _declare(
        keys="first",
        open="first last months base discount_rate price_change source cost benefit cost_present "
        "benefit_present npv roi break_even break_even_words booked forecast_share beyond reason",
    ),
    "programme_month": _declare(
        keys="month",
        open="month period_start words basis cost benefit factor discounted cumulative",
    ),
    "programme_line": _declare(
        keys="kind service category",
        open="position kind service category actual forecast present_value",
    ),
    "programme_case": _declare(
        keys="assumption side",
        open="position assumption name side setting npv roi break_even break_even_words",
    ),
    "importance_gap": _declare(
        rating_gaps,
        keys="service topic group",
        open="service topic position name group",
        figure="n other_n difference lower upper p verdict",
    ),
    "inequality": _declare(
        figure(reason=True),
        kept_back("completeness"),
        keys="service measure fifth",
        open="service measure words fifth",
        figure="n value lower upper shown reason",
        again="completeness",
    ),
    "inequality_slope": _declare(
        slopes_again,
        keys="service measure",
        open="service measure words",
        again="n slope slope_lower slope_upper ratio ratio_lower ratio_upper shown reason",
    ),
    "funnel": _declare(
        figure(reason=True),
        funnel_again,
        kept_back("completeness"),
        keys="service measure site",
        open="service measure words site",
        figure="n value lower upper shown reason",
        again="completeness average low95 high95 low998 high998 phi widened place",
    ),
    "change": _declare(
        figure("before_", ends=False),
        figure("after_", ends=False),
        difference("after", "before"),
        kept_back("before_completeness", "after_completeness"),
        keys="service change",
        open="service change date title description measure before_words after_words",
        figure="before_n before_value after_n after_value",
        again="before_completeness after_completeness difference diff_lower diff_upper verdict",
    ),
    "case_mix_model": _declare(
        models.model,
        keys="service measure",
        open="service measure words covariates lacks otherwise parameters fitted later_words",
        count="n events not_known later_n later_events",
        again="reason c c_lower c_upper later_c later_c_lower later_c_upper level level_lower level_upper "
        "slope slope_lower slope_upper",
    ),
    "case_mix_period": _declare(
        models.periods,
        over("n", "eligible"),
        keys="service measure kind words",
        open="service measure kind words period_start ratio_of",
        count="eligible",
        figure="n observed expected shown reason",
        again="completeness chance_se expected_se difference diff_lower diff_upper ratio ratio_lower "
        "ratio_upper cumulative cumulative_lower cumulative_upper",
    ),
    "sensitivity": _declare(
        counts,
        models.sensitivity,
        over("n", "eligible"),
        keys="service measure figure",
        open="service measure figure words says lowest highest covariates",
        count="eligible",
        figure="n value lower upper",
        again="completeness weighted weighted_lower weighted_upper least most reason",
    ),
    "important_change": _declare(
        counts,
        models.important_change,
        keys="service measure",
        open="service measure words threshold source from_point",
        count="eligible",
        figure="n improved improved_share improved_lower improved_upper worse worse_share worse_lower "
        "worse_upper",
    ),
    "two_value_sets": _declare(
        models.two_value_sets,
        keys="service measure",
        open="service measure words value_set other_set",
        figure="n value lower upper other_value other_lower other_upper",
        again="difference diff_lower diff_upper",
    ),
    "value_set": _declare(
        models.value_sets,
        counts,
        over("n", "eligible"),
        keys="service measure position",
        open="service measure position instrument name country year version source words",
        count="eligible n",
        figure="value lower upper",
        again="completeness",
    ),
    "reconciliation": _declare(
        merged_lines,
        keys="line",
        again="position",
        money="line name amount share",
    ),
    "quality_file": _declare(
        files,
        notes,
        keys="extract file",
        open="extract file format",
        count="rows late",
        figure="accepted quarantined",
        again="share",
        money="amount quarantined_amount",
        words="note",
    ),
    "quality_rule": _declare(
        counts,
        notes,
        keys="extract column rule",
        open="extract column rule",
        count="rows",
        words="effect",
    ),
    "dictionary": _declare(
        keys="extract column",
        open="extract extract_title extract_description arrives column title description kind required rule "
        "handling key",
    ),
    "revision": _declare(
        as_in_series,
        keys="service measure period",
        open="service measure period since",
        figure="old_n new_n old_value new_value",
    ),
    "release": _declare(keys="service released", open="service released version"),
    "method": _declare(
        keys="method", open="method position group name question formula units source fails function"
    ),
    "method_example": _declare(keys="method part position name", open="method part position name text"),
    "option": _declare(
        value_steps.option,
        keys="service comparison option",
        open="service comparison option position option_words",
        figure="n outcome shown reason",
        money="cost cost_se",
        again="completeness outcome_se correlation status against_words ratio ratio_lower ratio_upper "
        "ratio_kind",
    ),
    "increment": _declare(
        value_steps.increment,
        keys="service comparison option",
        open="service comparison option against option_words against_words words prices draws",
        figure="n against_n outcome against_outcome outcome_difference outcome_lower outcome_upper shown "
        "reason",
        money="cost against_cost cost_difference cost_lower cost_upper cost_se",
        again="completeness against_completeness outcome_se correlation dearer_better cheaper_better "
        "cheaper_worse dearer_worse ratio ratio_lower ratio_upper ratio_kind marginal marginal_lower "
        "marginal_upper marginal_kind",
    ),
    "acceptability": _declare(
        value_steps.acceptability,
        keys="service comparison option price",
        open="service comparison price price_says option option_words",
        again="probability benefit gain gain_lower gain_upper best",
    ),
    "composite": _declare(
        value_steps.composite,
        keys="service words",
        open="service name words period_start",
        figure="n raters value lower upper equal_weights difference diff_lower diff_upper shown reason",
    ),
    "composite_part": _declare(
        value_steps.composite_part,
        keys="service topic",
        open="service topic position name measure",
        figure="raters n weight weight_lower weight_upper value shown",
    ),
    "interrupted": _declare(
        value_steps.interrupted,
        keys="service change",
        open="service change measure interval",
        again="points_before points_after people_before people_after level level_lower level_upper "
        "level_verdict slope_before slope slope_lower slope_upper slope_verdict lag correlation shown reason",
    ),
    # Case studies hold what others published before; nothing in them is worked out from people here.
    **{table.name: _declare(keys="case", open=table.names) for table in learning.TABLES},
}
"""Every public table of the mart, in the order of protection: what depends on another comes after it."""
