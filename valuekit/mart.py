"""The mart: the few small, tidy tables that documents may read.

It is the joint between what figures mean (``measures/`` writes it) and how they are shown
(``report/`` reads it). Each audience has a mart of its own; the public one has passed
disclosure control before it is written, so a document cannot publish what is not in it.

:data:`TABLES` is the only place where the mart's columns are named. Writing a table with other
columns is an error, and the column notes of every download come from here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from valuekit.errors import Problem, ValuekitError


@dataclass(frozen=True)
class Column:
    """One column: its name, its kind (``text``, ``integer``, ``number``, ``date``, ``flag``), its note."""

    name: str
    kind: str
    note: str


@dataclass(frozen=True)
class Table:
    """One table of the mart: `grain` says what one row is; `audiences` who may have it."""

    name: str
    title: str
    grain: str
    columns: tuple[Column, ...]
    audiences: tuple[str, ...] = ("public", "board", "clinical")


def _columns(text: str) -> tuple[Column, ...]:
    rows = (line.split("|") for line in text.splitlines() if line.strip())
    return tuple(Column(name.strip(), kind.strip(), note.strip()) for name, kind, note in rows)


_FIGURE = """
n          | integer | People the figure is about
value      | number  | The figure, in the measure's unit; empty when not shown
lower      | number  | Lower end of the 95% interval
upper      | number  | Upper end of the 95% interval
shown      | flag    | Whether the figure may be shown
reason     | text    | Why it is not shown: 'too few', 'not yet due', 'suppressed'
"""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "service",
            "Services",
            "one service",
            _columns("""
service      | text    | Service identifier
position     | integer | Order in which services are shown
name         | text    | Name of the service
summary      | text    | What the service is, in one sentence
lead         | text    | Role that answers for the service
cohort       | text    | Who is counted
pathway_days | integer | Days after the start that belong to the pathway
value_says   | text    | What the money buys, in words
pathways     | integer | Pathways that began in the 12 months to the period
"""),
        ),
        Table(
            "stage",
            "Pathway stages",
            "one stage of one service",
            _columns("""
service  | text    | Service identifier
stage    | text    | Stage identifier
position | integer | Order along the pathway
name     | text    | Name of the stage
"""),
        ),
        Table(
            "measure",
            "Measures",
            "one measure of one service",
            _columns("""
service        | text    | Service identifier
measure        | text    | Measure identifier; cost_per_pathway in every service
position       | integer | Order in which measures are shown
name           | text    | Name of the measure
definition     | text    | What it is
numerator      | text    | What is counted or summed
denominator    | text    | Over whom
statistic      | text    | share (of people, shown in per cent) or mean
unit           | text    | %, days, index, score or £
decimals       | integer | Decimal places to show
direction      | text    | increase, decrease or neutral: which way is better
target         | number  | Target in the measure's unit; empty for none
target_source  | text    | Who set the target
tier           | integer | Porter's tier: 1 health achieved, 2 recovery, 3 lasting health
role           | text    | outcome or cost
time_point     | text    | When it is measured, in words
interval       | text    | month, quarter, half_year or year: the spacing of its points here
chosen_by      | text    | Groups that chose it, in words
chosen_how     | text    | How it was chosen, in words
chosen_people  | integer | How many people took part in choosing it
method         | text    | How the interval is worked out
"""),
        ),
        Table(
            "chart_setting",
            "How charts are worked out",
            "one setting of one measure's chart that is not the rule",
            _columns("""
service  | text    | Service identifier
measure  | text    | Measure identifier
position | integer | Order of the measure's settings
setting  | text    | chart, screen, rebase, baseline or target
first    | date    | First day on which it holds; empty for always
last     | date    | Last day of a baseline; empty for the others
value    | number  | A target, in the measure's unit; empty for the others
words    | text    | Reason of a rebase, source of a target, kind of chart
"""),
        ),
        Table(
            "series",
            "Measures over time",
            "one measure of one service in one interval",
            _columns(f"""
service      | text    | Service identifier
measure      | text    | Measure identifier
period       | text    | Interval in words: 'October 2026', 'July to September 2026'
period_start | date    | First day of the interval in which the pathways began
numerator    | number  | Events (shares) ; empty for means
{_FIGURE}
eligible     | integer | People who could have been counted
completeness | number  | Share of the eligible whose result is known, 0 to 1
centre       | number  | Mean of the phase (XmR), or its median (run)
lower_limit  | number  | Lower process limit (XmR)
upper_limit  | number  | Upper process limit (XmR)
phase        | integer | Phase of the chart, from 1
chart        | text    | xmr or p_prime, or run where a phase has fewer than 12 points
special      | text    | Rule met: outside_limit, trend, two_of_three, run; run chart: trend_of_five, few_runs
signal       | text    | common, improvement, concern or neutral; empty where not shown and in a run chart
limits_from  | text    | phase (all its points), baseline (frozen) or baseline_refused (fewer than 12 points)
target       | number  | Target in force when the interval began; empty for none
"""),
        ),
        Table(
            "rare",
            "Gaps between rare events",
            "one event of one measure that has a g or t chart, but for the first",
            _columns("""
service      | text    | Service identifier
measure      | text    | Measure identifier
event        | integer | Number of the event, in the order in which its case began; the first has no gap
period_start | date    | First day of the month in which its case began
between      | number  | Cases without the event (g) or days (t) since the event before
centre       | number  | Median of the gaps; in a t chart the mean of the transformed gaps, turned back
lower_limit  | number  | Lower limit; empty below 12 gaps
upper_limit  | number  | Upper limit; empty below 12 gaps
chart        | text    | g or t, or run below 12 gaps
special      | text    | Rule that the gap meets: outside_limit, trend, two_of_three (t), run, or empty
signal       | text    | common, improvement (rarer), concern (more often) or neutral; empty in a run chart
since        | integer | Cases or days since the newest event
"""),
            audiences=("board", "clinical"),
        ),
        Table(
            "headline",
            "Latest figures",
            "one measure of one service",
            _columns("""
service       | text    | Service identifier
measure       | text    | Measure identifier
latest_period | text    | Newest interval with a figure, in words
latest_value  | number  | Its figure
latest_n      | integer | People in it
year_words    | text    | The newest 12 months with complete follow-up, in words
year_n        | integer | People in those 12 months
year_value    | number  | Their figure
year_lower    | number  | Lower end of its 95% interval
year_upper    | number  | Upper end of its 95% interval
year_eligible | integer | People who could have been counted
completeness  | number  | Share of the eligible whose result is known, 0 to 1
before_words  | text    | The 12 months before those, in words
before_n      | integer | People in the 12 months before
before_value  | number  | Their figure
before_lower  | number  | Lower end of its 95% interval
before_upper  | number  | Upper end of its 95% interval
difference    | number  | year_value less before_value
diff_lower    | number  | Lower end of the 95% interval of the difference
diff_upper    | number  | Upper end of the 95% interval of the difference
verdict       | text    | better, worse, uncertain or too_few: the two years compared
variation     | text    | Icon: common, or improvement, concern or neutral with _high or _low; or empty
assurance     | text    | Icon: consistently_met, consistently_missed, hit_and_miss, or empty
"""),
        ),
        Table(
            "followup",
            "Completeness of follow-up",
            "one measure of one service, newest 12 months",
            _columns("""
service  | text    | Service identifier
measure  | text    | Measure identifier
words    | text    | The 12 months, in words
eligible | integer | People who reached the time point alive or whose result is known
invited  | integer | People who were asked, or whose death before the time point is the result
returned | integer | People who answered, or whose death before the time point is the result
complete | integer | People whose result is known
completeness | number | complete over eligible, 0 to 1
"""),
        ),
        Table(
            "importance",
            "What matters",
            "one topic of one service and one group",
            _columns("""
service  | text    | Service identifier
topic    | text    | Topic identifier
position | integer | Order in the definition
name     | text    | Topic, in the words of those who raised it
measure  | text    | Measure that answers to it; empty for none yet
group    | text    | patient, carer or clinician
n        | integer | People of the group who rated it
mean     | number  | Mean importance, 1 to 5
lower    | number  | Lower end of the 95% interval
upper    | number  | Upper end of the 95% interval
shown    | flag    | Whether the figure may be shown
"""),
        ),
        Table(
            "asked",
            "Who was asked what matters",
            "one group and method of one service",
            _columns("""
service | text    | Service identifier
group   | text    | patient, carer or clinician
method  | text    | discussion_group or survey
people  | integer | People who took part
first   | date    | First date
last    | date    | Last date
"""),
        ),
        Table(
            "stage_cost",
            "Pathway cost by stage and resource",
            "one stage and resource of one service, newest complete 12 months",
            _columns("""
service     | text    | Service identifier
words       | text    | The 12 months in which the pathways began, in words
stage       | text    | Stage identifier
stage_name  | text    | Name of the stage
position    | integer | Order along the pathway
resource    | text    | Resource code
resource_name | text  | Name of the resource
behaviour   | text    | How its cost behaves: variable, semi-variable or fixed
touches_patient | text | Whether it is spent on care that touches the patient: yes or no
amount      | number  | Pounds; empty when not shown
per_pathway | number  | Pounds for each pathway; empty when not shown
shown       | flag    | Whether the amount may be shown
"""),
        ),
        Table(
            "department_cost",
            "The same cost by department",
            "one department of one service, newest complete 12 months",
            _columns("""
service     | text    | Service identifier
words       | text    | The 12 months in which the pathways began, in words
department  | text    | Department code
department_name | text | Name of the department
amount      | number  | Pounds of the pathways' cost booked there; empty when not shown
per_pathway | number  | Pounds for each pathway; empty when not shown
shown       | flag    | Whether the amount may be shown
"""),
        ),
        Table(
            "cost_spread",
            "Cost per pathway: distribution",
            "one cost band of one service, newest complete 12 months",
            _columns("""
service  | text    | Service identifier
words    | text    | The 12 months in which the pathways began, in words
from_gbp | number  | Lower edge of the band
to_gbp   | number  | Upper edge of the band; empty for the last, open band
pathways | integer | Pathways in the band; empty when not shown
shown    | flag    | Whether the count may be shown
"""),
        ),
        Table(
            "cost_summary",
            "Cost per pathway: summary",
            "one service, newest complete 12 months",
            _columns("""
service | text    | Service identifier
words   | text    | The 12 months in which the pathways began, in words
n       | integer | Pathways
mean    | number  | Mean cost, pounds
lower   | number  | Lower end of the 95% interval of the mean
upper   | number  | Upper end of the 95% interval of the mean
p10     | number  | One pathway in ten costs less
median  | number  | Half the pathways cost less
p90     | number  | One pathway in ten costs more
dearest_share | number | Share of the cost that the dearest tenth of pathways takes, 0 to 1
"""),
        ),
        Table(
            "cost_kind",
            "Pathway cost by behaviour, and by what touches the patient",
            "one kind of cost of one service under one scheme, newest complete 12 months",
            _columns("""
service     | text    | Service identifier
words       | text    | The 12 months in which the pathways began, in words
scheme      | text    | behaviour, or touches_patient
kind        | text    | variable, semi-variable or fixed; yes or no
position    | integer | Order of the kinds
name        | text    | Name of the kind
n           | integer | Pathways
amount      | number  | Pounds; empty when not shown
per_pathway | number  | Pounds for each pathway; of the parts that may be shown
lower       | number  | Lower end of the 95% interval of the mean; empty where a part is not shown
upper       | number  | Upper end of the 95% interval of the mean; empty where a part is not shown
share       | number  | Share of the whole cost, 0 to 1
complete    | flag    | Whether every part of it may be shown
"""),
        ),
        Table(
            "price_cost",
            "Cost per pathway in cash and in the prices of one year",
            "one service and 12 months",
            _columns("""
service      | text    | Service identifier
words        | text    | The 12 months in which the pathways began, in words
period_start | date    | First day of those 12 months
n            | integer | Pathways
cash         | number  | Mean cost as it was posted, pounds
cash_lower   | number  | Lower end of its 95% interval
cash_upper   | number  | Upper end of its 95% interval
real         | number  | Mean cost in the prices of the base year, pounds
real_lower   | number  | Lower end of its 95% interval
real_upper   | number  | Upper end of its 95% interval
base_year    | text    | Financial year whose prices they are
source       | text    | Where the price index comes from
"""),
        ),
        Table(
            "cost_driver",
            "What moved the cost of a pathway",
            "one part of the change of one service between two years; none without two whole years",
            _columns("""
service      | text    | Service identifier
words        | text    | The newest complete 12 months, in words
before_words | text    | The 12 months before them, in words
basis        | text    | unit (pounds for each pathway) or spend (pounds of all pathways)
part         | text    | before, volume, mix, stay, inflation, price, after or change
position     | integer | Order of the parts
name         | text    | The part in words
amount       | number  | Pounds; the parts add up to the change
lower        | number  | Lower end of the 95% interval; empty for counts and levels
upper        | number  | Upper end of the 95% interval; empty for counts and levels
n            | integer | Pathways in the newest 12 months
before_n     | integer | Pathways in the 12 months before
shown        | flag    | Whether the change may be shown
reason       | text    | Why it is not shown: 'too few', 'suppressed'
"""),
        ),
        Table(
            "flow_stage",
            "Flow: who reaches each stage",
            "one stage of one service, newest complete 12 months; in public only stages that enough reached",
            _columns("""
service    | text    | Service identifier
words      | text    | The 12 months in which the pathways began, in words
stage      | text    | Stage identifier
stage_name | text    | Name of the stage
position   | integer | Order along the pathway
n          | integer | Pathways
pathways   | integer | Pathways that reached the stage; empty where nearly all did, to protect the others
share      | number  | Their share, 0 to 1
back       | integer | Pathways that came back to the stage after another; empty when not shown
first_day  | number  | Median day of the pathway on which those who reached the stage first came to it
"""),
        ),
        Table(
            "flow_step",
            "Flow: steps from stage to stage",
            "one step of one service, newest complete 12 months; in public only steps that enough took",
            _columns("""
service       | text    | Service identifier
words         | text    | The 12 months in which the pathways began, in words
from_stage    | text    | Stage that was left
from_name     | text    | Its name
from_position | integer | Its order along the pathway
to_stage      | text    | Stage that came next
to_name       | text    | Its name
to_position   | integer | Its order along the pathway
n             | integer | Pathways
pathways      | integer | Pathways that took the step at least once; empty where nearly all did
share         | number  | Their share, 0 to 1
times         | integer | Times that the step was taken
back          | integer | Pathways that came back by it to a stage they had left; empty when not shown
wait_median   | number  | Median days without contact before the next stage began
wait_p90      | number  | Days that one wait in ten was longer than
"""),
        ),
        Table(
            "flow_figure",
            "Flow: hand-offs, returns and time",
            "one figure of one service, newest complete 12 months",
            _columns("""
service   | text    | Service identifier
words     | text    | The 12 months in which the pathways began, in words
figure    | text    | Figure identifier
position  | integer | Order in which they are shown
name      | text    | Name of the figure
statistic | text    | mean, share or ratio (of totals)
unit      | text    | visits, hand-offs, days or %
decimals  | integer | Decimal places to show
n         | integer | Pathways it is about
value     | number  | The figure, in its unit; empty when not shown
lower     | number  | Lower end of the 95% interval
upper     | number  | Upper end of the 95% interval
shown     | flag    | Whether the figure may be shown
"""),
        ),
        Table(
            "value",
            "Value",
            "one service and 12 months",
            _columns("""
service       | text    | Service identifier
words         | text    | The 12 months in which the pathways began, in words
period_start  | date    | First day of those 12 months
n             | integer | Pathways whose outcome is known
completeness  | number  | Share of the eligible whose outcome is known, 0 to 1
outcome       | number  | Outcome, per cent
outcome_lower | number  | Lower end of its 95% interval
outcome_upper | number  | Upper end of its 95% interval
cost          | number  | Mean cost of a pathway, pounds
cost_lower    | number  | Lower end of its 95% interval
cost_upper    | number  | Upper end of its 95% interval
ratio         | number  | Good outcomes for each £100,000 of pathway cost; empty when not shown
ratio_lower   | number  | Lower end of its 95% interval
ratio_upper   | number  | Upper end of its 95% interval
fieller_lower | number  | Lower end of Fieller's 95% interval
fieller_upper | number  | Upper end of Fieller's 95% interval
bootstrap_lower | number | Lower end of the bootstrap 95% interval
bootstrap_upper | number | Upper end of the bootstrap 95% interval
shown         | flag    | Whether the ratio may be shown
reason        | text    | Why the ratio is not shown
method        | text    | How the ratio's interval is worked out
"""),
        ),
        Table(
            "increment",
            "Options side by side",
            "one option held against another, of one service and comparison",
            _columns("""
service            | text    | Service identifier
comparison         | text    | year, deprivation or options (ways of care that the definition declares)
option             | text    | Option identifier
against            | text    | Option that it is held against
option_words       | text    | The option in words
against_words      | text    | The other in words
words              | text    | The months in which the pathways began, in words
n                  | integer | Pathways of the option whose outcome and cost are known
against_n          | integer | Pathways of the other
cost               | number  | Mean cost of a pathway, pounds
against_cost       | number  | The same of the other
outcome            | number  | Outcome, per cent
against_outcome    | number  | The same of the other
cost_difference    | number  | cost less against_cost
cost_lower         | number  | Lower end of its 95% interval
cost_upper         | number  | Upper end of its 95% interval
outcome_difference | number  | outcome less against_outcome, percentage points
outcome_lower      | number  | Lower end of its 95% interval
outcome_upper      | number  | Upper end of its 95% interval
cost_se            | number  | Standard error of cost_difference, from the draws
outcome_se         | number  | Standard error of outcome_difference, from the draws
correlation        | number  | How the two differences go together over the draws, -1 to 1
dearer_better      | number  | Share of draws in which the option costs more and achieves more, 0 to 1
cheaper_better     | number  | Share in which it costs no more and achieves no less
cheaper_worse      | number  | Share in which it costs less and achieves less
dearer_worse       | number  | Share in which it costs more and achieves less
draws              | number  | Bootstrap draws
ratio              | number  | Pounds for each further good outcome, or saved for each given up
ratio_lower        | number  | Lower end of its 95% interval; empty where it leaves the quarter
ratio_upper        | number  | Upper end of its 95% interval
ratio_kind         | text    | price, saving, dominant, dominated, same_outcome, not_clear or not_a_choice
prices             | text    | Year in whose prices the costs are; empty for cash
shown              | flag    | Whether the figures may be shown
reason             | text    | Why they are not shown
"""),
        ),
        Table(
            "option",
            "Options and which are worth having",
            "one option of one service and comparison",
            _columns("""
service      | text    | Service identifier
comparison   | text    | year, deprivation or options
option       | text    | Option identifier
position     | integer | Order of the options; the others are held against the first
option_words | text    | The option in words
n            | integer | Pathways whose outcome and cost are known
outcome      | number  | Outcome, per cent
cost         | number  | Mean cost of a pathway, pounds
outcome_se   | number  | Standard error of the outcome, percentage points
cost_se      | number  | Standard error of the mean cost
correlation  | number  | How the two go together over the draws, -1 to 1
status       | text    | frontier, dominated or extended (dominated by extension); empty where nobody chooses
ratio        | number  | Pounds for each further good outcome against the option before it on the frontier
shown        | flag    | Whether the figures may be shown
reason       | text    | Why they are not shown
"""),
        ),
        Table(
            "acceptability",
            "Which option is best at what price of an outcome",
            "one option at one price, of one service and comparison",
            _columns("""
service      | text    | Service identifier
comparison   | text    | year or options
price        | number  | Pounds that one more good outcome is taken to be worth
price_says   | text    | What the price is of
option       | text    | Option identifier
option_words | text    | The option in words
probability  | number  | Share of draws in which its net benefit is highest, 0 to 1
benefit      | number  | Mean net benefit of a pathway, pounds
best         | flag    | Whether its mean net benefit is the highest: the frontier
"""),
        ),
        Table(
            "composite",
            "Composite outcome with patients' weights",
            "one service and 12 months",
            _columns("""
service       | text    | Service identifier
name          | text    | Name of the composite
words         | text    | The 12 months in which the pathways began, in words
period_start  | date    | First day of those 12 months
n             | integer | Pathways with a result on any part
raters        | integer | Patients who rated the part that fewest rated
value         | number  | Weighted mean of the parts, 0 to 100; empty when not shown
lower         | number  | Lower end of its 95% interval, which carries that of the weights
upper         | number  | Upper end of its 95% interval
equal_weights | number  | The same with equal weights
difference    | number  | value less that of the 12 months before; empty for the first
diff_lower    | number  | Lower end of its 95% interval
diff_upper    | number  | Upper end of its 95% interval
shown         | flag    | Whether it may be shown
reason        | text    | Why it is not shown
"""),
        ),
        Table(
            "composite_part",
            "Parts of the composite outcome",
            "one topic of one service, newest 12 months",
            _columns("""
service      | text    | Service identifier
topic        | text    | Topic identifier
position     | integer | Order in the definition
name         | text    | Topic, in the words of those who raised it
measure      | text    | Measure that answers to it
raters       | integer | Patients who rated it
weight       | number  | Its weight, 0 to 1; the weights add up to 1
weight_lower | number  | Lower end of its 95% interval
weight_upper | number  | Upper end of its 95% interval
n            | integer | Pathways whose result is known
value        | number  | Mean result, 0 to 100
shown        | flag    | Whether the figures may be shown
"""),
        ),
        Table(
            "inequality",
            "Outcomes by deprivation",
            "one measure of one service and one fifth of deprivation, newest 24 months",
            _columns(f"""
service  | text    | Service identifier
measure  | text    | Measure identifier
words    | text    | The months covered, in words
fifth    | integer | Fifth of deprivation, 1 the most deprived
{_FIGURE}
"""),
        ),
        Table(
            "inequality_slope",
            "Slope and relative index of inequality",
            "one measure of one service, newest 24 months",
            _columns("""
service     | text    | Service identifier
measure     | text    | Measure identifier
words       | text    | The months covered, in words
n           | integer | People in all fifths
slope       | number  | Figure at the least deprived end less that at the most deprived, unit of the measure
slope_lower | number  | Lower end of its 95% interval
slope_upper | number  | Upper end of its 95% interval
ratio       | number  | Figure at the least deprived end over that at the most deprived; empty where not clear
ratio_lower | number  | Lower end of its 95% interval
ratio_upper | number  | Upper end of its 95% interval
shown       | flag    | Whether the slope may be shown
reason      | text    | Why it is not shown: 'too few', 'suppressed'
"""),
        ),
        Table(
            "funnel",
            "Value outcome by hospital site",
            "one site of one service, newest 24 months",
            _columns(f"""
service | text    | Service identifier
measure | text    | Measure identifier
words   | text    | The months covered, in words
site    | text    | Organisation code of the first admission
{_FIGURE}
average | number  | Share over all sites, per cent
low95   | number  | Lower inner limit: one site in forty lies below it by chance
high95  | number  | Upper inner limit
low998  | number  | Lower outer limit: one site in a thousand lies below it by chance
high998 | number  | Upper outer limit
phi     | number  | Spread of the sites against chance, 1 where chance alone makes them differ
widened | flag    | Whether the limits are widened for it
place   | text    | inside, above_95, above_998, below_95, below_998; empty where not shown
"""),
        ),
        Table(
            "change",
            "Service changes",
            "one dated change of one service",
            _columns("""
service      | text    | Service identifier
change       | text    | Change identifier
date         | date    | First day of the new way of working
title        | text    | What changed
description  | text    | What changed, in a sentence or two
measure      | text    | Measure expected to move; empty for none
before_words | text    | Months before, in words
before_n     | integer | People before
before_value | number  | Their figure
after_words  | text    | Months after, in words
after_n      | integer | People after
after_value  | number  | Their figure
difference   | number  | after_value less before_value
diff_lower   | number  | Lower end of its 95% interval
diff_upper   | number  | Upper end of its 95% interval
verdict      | text    | better, worse, uncertain or too_few
"""),
        ),
        Table(
            "allocation",
            "Spending by service",
            "one service, newest complete 12 months",
            _columns("""
service | text    | Service identifier
words   | text    | The 12 months in which the pathways began, in words
n       | integer | Pathways
amount  | number  | Cost of the pathways, pounds
mean    | number  | Mean cost of a pathway, pounds
share   | number  | Share of the cost of all services' pathways, 0 to 1
shown   | flag    | Whether the amount may be shown
"""),
        ),
        Table(
            "need",
            "Spending and need by deprivation",
            "one service and one fifth of deprivation, newest complete 12 months",
            _columns("""
service     | text    | Service identifier
words       | text    | The 12 months in which the pathways began, in words
fifth       | integer | Fifth of deprivation, 1 the most deprived
adults      | integer | Adults who live in the fifth's areas
expected    | number  | Adults expected to need the pathway in those months
n           | integer | Pathways that began; empty when not shown
met         | number  | Pathways for each 100 people expected
met_lower   | number  | Lower end of the 95% interval; the expected number is taken as known
met_upper   | number  | Upper end of the 95% interval
gap         | number  | Expected less pathways; below nought where more came than were expected
amount      | number  | Cost of the pathways, pounds; empty when not shown
mean        | number  | Mean cost of a pathway, pounds
spend_share | number  | Share of the cost of the service's pathways, 0 to 1
need_share  | number  | Share of the people expected, 0 to 1
adult_share | number  | Share of the adults, 0 to 1
shown       | flag    | Whether the figures may be shown
source      | text    | Where the expected number comes from
"""),
        ),
        Table(
            "segment",
            "Spending by use of hospital care",
            "one service and one segment of health-care use, newest complete 12 months",
            _columns("""
service      | text    | Service identifier
words        | text    | The 12 months in which the pathways began, in words
segment      | text    | Segment identifier
position     | integer | Order of the segments; a person is in the first that fits
name         | text    | Name of the segment
bands        | text    | Who belongs, in words
n            | integer | Pathways; empty when not shown
people_share | number  | Share of the service's pathways, 0 to 1
amount       | number  | Cost of the pathways, pounds; empty when not shown
mean         | number  | Mean cost of a pathway, pounds
spend_share  | number  | Share of the cost of the service's pathways, 0 to 1
shown        | flag    | Whether the figures may be shown
"""),
        ),
        Table(
            "programme",
            "The value programme: costs and benefits",
            "the whole programme",
            _columns("""
first            | text    | First month counted, in words
last             | text    | Last month counted, in words
months           | integer | Months counted
base             | text    | Present values are in pounds of this month
discount_rate    | number  | Real discount rate a year
price_change     | number  | Rise of general prices a year, taken out of the amounts
source           | text    | Source of the method and of the rate
cost             | number  | Costs, in pounds of their months
benefit          | number  | Benefits, in pounds of their months
cost_present     | number  | Present value of the costs, pounds
benefit_present  | number  | Present value of the benefits, pounds
npv              | number  | Net present value, pounds: benefits less costs
roi              | number  | Return on investment: benefits less costs over costs, both present values
break_even       | date    | First day of the month from which the sum is never below nought; empty for none
break_even_words | text    | That month in words; empty for none
booked           | text    | Newest month with actual amounts, in words; empty for none
forecast_share   | number  | Share of the benefits' present value that is forecast, 0 to 1
beyond           | number  | Benefits less costs after the last month counted, in pounds of their months
reason           | text    | Why there is no return; empty where there is
"""),
        ),
        Table(
            "programme_month",
            "The value programme by month",
            "one month",
            _columns("""
month        | text   | Month, YYYY-MM
period_start | date   | Its first day
words        | text   | Month in words
basis        | text   | actual, forecast or both; empty for a month without amounts
cost         | number | Costs, in pounds of the month
benefit      | number | Benefits, in pounds of the month
factor       | number | What a pound of the month is worth in the base month
discounted   | number | Benefits less costs, times the factor
cumulative   | number | Sum of the discounted amounts so far
"""),
        ),
        Table(
            "programme_line",
            "The value programme by category",
            "one category of cost or benefit",
            _columns("""
position      | integer | Order: costs, then benefits, the largest first
kind          | text    | cost or benefit
service       | text    | Service it is for; empty for the whole programme
category      | text    | What it is for
actual        | number  | Spent or gained already, in pounds of the months
forecast      | number  | Planned within the months counted, in pounds of the months
present_value | number  | Present value of both, pounds
"""),
        ),
        Table(
            "programme_case",
            "The value programme: one assumption moved",
            "one assumption at one other setting",
            _columns("""
position         | integer | Order of the rows
assumption       | text    | Assumption identifier
name             | text    | Assumption in words
side             | text    | low or high
setting          | text    | The setting in words
npv              | number  | Net present value at this setting, pounds
roi              | number  | Return on investment at this setting
break_even       | date    | First day of the month of break-even; empty for none
break_even_words | text    | That month in words; empty for none
"""),
        ),
        Table(
            "importance_gap",
            "What matters: where groups differ",
            "one topic of one service, one group against clinicians",
            _columns("""
service    | text    | Service identifier
topic      | text    | Topic identifier
position   | integer | Order in the definition
name       | text    | Topic, in the words of those who raised it
group      | text    | patient or carer; compared with clinicians
n          | integer | People of the group who rated it
other_n    | integer | Clinicians who rated it
difference | number  | Mean importance of the group less that of clinicians
lower      | number  | Lower end of its 95% interval
upper      | number  | Upper end of its 95% interval
p          | number  | p-value, corrected for the number of topics (Holm)
verdict    | text    | higher, lower, uncertain or too_few
"""),
        ),
        Table(
            "case_mix_model",
            "Case mix: the models",
            "one measure with a case-mix model",
            _columns("""
service       | text    | Service identifier
measure       | text    | Measure identifier
words         | text    | Baseline on which the model was fitted, in words
covariates    | text    | What the model takes account of, in words
lacks         | text    | What is known to matter and is not in the extracts, in words
otherwise     | text    | Who the people without the outcome are
n             | integer | People in the baseline whose result is known
events        | integer | Those of them with the outcome
parameters    | integer | Parameters of the model beside its intercept
not_known     | integer | People in the baseline of whom a covariate is not known
fitted        | flag    | Whether the model was fitted
reason        | text    | Why not
c             | number  | c-statistic in the baseline, 0.5 (chance) to 1
c_lower       | number  | Lower end of its 95% interval (DeLong)
c_upper       | number  | Upper end of its 95% interval
later_words   | text    | Months after the baseline, on which the model is tested, in words
later_n       | integer | People in them
later_events  | integer | Those of them with the outcome
later_c       | number  | c-statistic in them
later_c_lower | number  | Lower end of its 95% interval
later_c_upper | number  | Upper end of its 95% interval
level         | number  | Calibration in the large in them, log odds; 0 is as many as expected
level_lower   | number  | Lower end of its 95% interval
level_upper   | number  | Upper end of its 95% interval
slope         | number  | Calibration slope in them; 1 is right
slope_lower   | number  | Lower end of its 95% interval
slope_upper   | number  | Upper end of its 95% interval
"""),
        ),
        Table(
            "case_mix_period",
            "Case mix: observed and expected",
            "one measure and period after the baseline (in public: 12 months)",
            _columns("""
service      | text    | Service identifier
measure      | text    | Measure identifier
kind         | text    | month, year (12 months) or since (all months after the baseline)
words        | text    | The period in words
period_start | date    | First day of the period in which the pathways began
eligible     | integer | People who could have been counted
n            | integer | People whose result is known
completeness | number  | n over eligible, 0 to 1
observed     | number  | Those of them with the outcome
expected     | number  | Those expected of people like these
chance_se    | number  | Standard error of the observed by chance
expected_se  | number  | Standard error of the expected, as the model is an estimate
difference   | number  | observed less expected
diff_lower   | number  | Lower end of its 95% interval
diff_upper   | number  | Upper end of its 95% interval
ratio_of     | text    | Whom the ratio counts: the rarer of those with and without the outcome
ratio        | number  | Observed over expected of those
ratio_lower  | number  | Lower end of its 95% interval (Byar, widened for the expected being an estimate)
ratio_upper  | number  | Upper end of its 95% interval
cumulative   | number  | Running sum of the difference since the baseline (months only)
cumulative_lower | number | Lower end of its 95% interval, at this month by itself
cumulative_upper | number | Upper end of its 95% interval
shown        | flag    | Whether the comparison may be shown
reason       | text    | Why it is not shown: 'too few', 'suppressed'
"""),
        ),
        Table(
            "case_mix_category",
            "Case mix: categories of the models",
            "one category of one covariate of one model",
            _columns("""
service    | text    | Service identifier
measure    | text    | Measure identifier
position   | integer | Order in the model
covariate  | text    | Covariate in words
category   | text    | Category; 'not known' for people of whom it is missing
n          | integer | People in the baseline
odds_ratio | number  | Odds of the outcome against the reference; 1 for the reference and categories of few
lower      | number  | Lower end of its 95% interval; empty for the reference
upper      | number  | Upper end of its 95% interval
"""),
            audiences=("board", "clinical"),
        ),
        Table(
            "case_mix_calibration",
            "Case mix: calibration",
            "one fifth of expected chance of one model, months after the baseline",
            _columns("""
service  | text    | Service identifier
measure  | text    | Measure identifier
words    | text    | The months, in words
fifth    | integer | Fifth of the expected chance, 1 the lowest
n        | integer | People in it
expected | number  | Mean expected chance, per cent
observed | number  | Per cent with the outcome
lower    | number  | Lower end of its 95% interval
upper    | number  | Upper end of its 95% interval
"""),
            audiences=("board", "clinical"),
        ),
        Table(
            "sensitivity",
            "What the missing could do",
            "one measure for which people are asked, or its QALYs, newest 12 months",
            _columns("""
service        | text    | Service identifier
measure        | text    | Measure identifier
figure         | text    | measure, or qaly for the quality-adjusted life years of the same answers
words          | text    | The 12 months, in words
says           | text    | What the figure is, in words
eligible       | integer | People who could have been counted
n              | integer | People whose result is known
completeness   | number  | n over eligible, 0 to 1
value          | number  | Figure of those known
lower          | number  | Lower end of its 95% interval
upper          | number  | Upper end of its 95% interval
weighted       | number  | Figure weighted for who did not answer; empty where it cannot be worked out
weighted_lower | number  | Lower end of its 95% interval
weighted_upper | number  | Upper end of its 95% interval
lowest         | number  | Lowest value that one person can have
highest        | number  | Highest value that one person can have
least          | number  | Least that the figure of all can be, whatever the missing are
most           | number  | Most that it can be
covariates     | text    | What the weights take account of, in words
reason         | text    | Why there is no weighted figure
"""),
        ),
        Table(
            "important_change",
            "Change that matters",
            "one measure with a declared important change, newest 12 months",
            _columns("""
service        | text    | Service identifier
measure        | text    | Measure identifier
words          | text    | The 12 months, in words
threshold      | number  | Smallest change that matters, in the measure's unit
source         | text    | Who says so
from_point     | text    | Time point from which the change is counted
eligible       | integer | People who could have been counted at the later time point
n              | integer | People whose score is known at both
improved       | integer | Those who became better by at least the threshold
improved_share | number  | Their share of n, per cent
improved_lower | number  | Lower end of its 95% interval
improved_upper | number  | Upper end of its 95% interval
worse          | integer | Those who became worse by at least the threshold
worse_share    | number  | Their share of n, per cent
worse_lower    | number  | Lower end of its 95% interval
worse_upper    | number  | Upper end of its 95% interval
"""),
        ),
        Table(
            "two_value_sets",
            "Two value sets side by side",
            "one EQ-5D measure scored by two value sets, newest 12 months",
            _columns("""
service     | text    | Service identifier
measure     | text    | Measure identifier
words       | text    | The 12 months, in words
value_set   | text    | Value set of the measure
other_set   | text    | Value set set beside it
n           | integer | People, the same for both
value       | number  | Mean index by the measure's set
lower       | number  | Lower end of its 95% interval
upper       | number  | Upper end of its 95% interval
other_value | number  | Mean index by the other set
other_lower | number  | Lower end of its 95% interval
other_upper | number  | Upper end of its 95% interval
difference  | number  | other_value less value, within people
diff_lower  | number  | Lower end of its 95% interval
diff_upper  | number  | Upper end of its 95% interval
"""),
        ),
        Table(
            "interrupted",
            "Service changes over time",
            "one dated change of one service and the points of its measure",
            _columns("""
service        | text    | Service identifier
change         | text    | Change identifier
measure        | text    | Measure expected to move
interval       | text    | month, quarter, half_year or year: the spacing of the points
points_before  | integer | Points before the date
points_after   | integer | Points from the date on
people_before  | number  | People behind the points before
people_after   | number  | People behind the points after
level          | number  | Step at the date, in the measure's unit; empty when not shown
level_lower    | number  | Lower end of its 95% interval
level_upper    | number  | Upper end of its 95% interval
level_verdict  | text    | better, worse, higher, lower, uncertain or too_few
slope_before   | number  | Slope before the date, for each interval
slope          | number  | Change of the slope at the date, for each interval
slope_lower    | number  | Lower end of its 95% interval
slope_upper    | number  | Upper end of its 95% interval
slope_verdict  | text    | better, worse, higher, lower, uncertain or too_few
lag            | integer | Lag of the Newey-West error
correlation    | number  | Autocorrelation of points that the interval allows for, 0 to 0.6
shown          | flag    | Whether there are points enough
reason         | text    | Why it is not shown
"""),
        ),
        Table(
            "reconciliation",
            "Reconciliation to the ledger",
            "one line of the reconciliation, all months to the period",
            _columns("""
position | integer | Order of the lines
line     | text    | What the line is: pathway:<service>, outside, unmatched, ledger
name     | text    | The line in words
amount   | number  | Pounds and pence
share    | number  | Share of the ledger total, 0 to 1
"""),
        ),
        Table(
            "quality_file",
            "Files read",
            "one file of the drop",
            _columns("""
extract     | text    | Extract
file        | text    | File name
format      | text    | CSV, Parquet or XLSX, with the encoding of a CSV
rows        | integer | Rows read
accepted    | integer | Rows that passed every rule
quarantined | integer | Rows kept aside
late        | integer | Rows of an earlier month than the file's
share       | number  | quarantined over rows, 0 to 1
amount      | number  | Pounds in the file; empty for extracts without amounts
quarantined_amount | number | Pounds in the rows kept aside
note        | text    | What else was seen, in words
"""),
        ),
        Table(
            "quality_rule",
            "Rules broken",
            "one rule of one column of one extract",
            _columns("""
extract | text    | Extract
column  | text    | Column; empty for a rule over the whole row
rule    | text    | The rule, in words
rows    | integer | Rows kept aside for it
effect  | text    | What it does to the totals, in words
"""),
        ),
        Table(
            "dictionary",
            "Data dictionary",
            "one column of one extract",
            _columns("""
extract     | text | Extract
extract_title | text | Title of the extract
extract_description | text | What the extract holds
arrives     | text | snapshot (a full list each month) or monthly
column      | text | Column
title       | text | Title of the column
description | text | What it holds
kind        | text | text, number, integer, pounds, date, datetime or month
required    | flag | Whether it must be filled
rule        | text | Range, pattern or codes allowed, in words
handling    | text | What becomes of an identifier; empty for the others
key         | flag | Whether it is part of the key
"""),
        ),
        Table(
            "revision",
            "Figures that moved since the last release",
            "one published figure of a past interval that moved",
            _columns("""
service   | text    | Service identifier
measure   | text    | Measure identifier
period    | text    | Interval in words
since     | text    | Month of the release that it is compared with
old_n     | integer | People, as released then
new_n     | integer | People now
old_value | number  | Figure, as released then
new_value | number  | Figure now
"""),
        ),
        Table(
            "release",
            "Earlier releases",
            "one service in one earlier release",
            _columns("""
service   | text    | Service identifier
released  | text    | Month of the release, YYYY-MM
"""),
        ),
        Table(
            "method",
            "Methods",
            "one method",
            _columns("""
method   | text    | Method identifier
position | integer | Order in the methods section
group    | text    | Part of the methods section
name     | text    | Name of the method
question | text    | The question that it answers
formula  | text    | How it is worked out, in words
units    | text    | Units of what goes in and what comes out
source   | text    | Publication it is taken from
fails    | text    | What it assumes, and when it is refused
function | text    | Function that does it
"""),
        ),
        Table(
            "method_example",
            "Methods: worked examples",
            "one line of the worked example of one method",
            _columns("""
method   | text    | Method identifier
part     | text    | says, input, step, result, published or published_in
position | integer | Row of the input, or order of the line
name     | text    | Column of the input, or figure of the result; empty for words
text     | text    | The cell, figure or words
"""),
        ),
        Table(
            "tipping",
            "Tipping points of cost",
            "one service and what its cost is set against, newest complete 12 months",
            _columns("""
service      | text    | Service identifier
threshold    | text    | days_in_hospital, or an instrument and its time point
says         | text    | What it counts, in words
words        | text    | The 12 months in which the pathways began, in words
n            | integer | Pathways
at           | number  | Where the cost begins to rise at another rate; empty where no break is found
lower        | number  | Lower end of its 95% interval; empty where it reaches the places tried
upper        | number  | Upper end of its 95% interval; empty where it reaches the places tried
slope_before | number  | Pounds for each further day or point, before
slope_after  | number  | Pounds for each further day or point, beyond
p            | number  | Share of bootstrap draws of one straight line that bend at least as much
from_value   | number  | Lowest place tried: one pathway in ten lies below
to_value     | number  | Highest place tried: one pathway in ten lies above
shown        | flag    | Whether there is a break
reason       | text    | Why not: too few, hardly varies or no break
"""),
            audiences=("clinical",),
        ),
        Table(
            "resource_patient",
            "Dearest pathways",
            "one of the dearest pathways of a service",
            _columns("""
service  | text    | Service identifier
patient  | text    | Pseudonym
began    | text    | Month in which the pathway began
age_band | text    | Age band at the start
days_in_hospital | integer | Days in hospital on the pathway
outcome  | text    | Whether the value outcome was reached: yes, no, not known
cost     | number  | Pathway cost, pounds
main_stage | text  | Stage that cost most
main_stage_share | number | Its share of the cost, 0 to 1
"""),
            audiences=("clinical",),
        ),
    )
}
"""Every table of the mart, by name."""


@dataclass(frozen=True)
class About:
    """What a mart was made from; stands on every page."""

    organisation: str
    period: str
    """The month, ``2026-10``."""
    synthetic: bool
    audience: str
    notes: tuple[str, ...] = ()
    """What the reader should know of the drop as a whole, in words."""


_DTYPES = {"text": "str", "integer": "Int64", "number": "float64", "date": "datetime64[s]", "flag": "bool"}


class Mart:
    """One audience's mart, read from its folder. Frames are read once and must not be changed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._frames: dict[str, pd.DataFrame] = {}
        if not (folder / "about.json").is_file():
            raise ValuekitError(Problem("nothing has been built yet", folder.name, do="Run: valuekit build"))

    @cached_property
    def about(self) -> About:
        """What the mart was made from."""
        data = json.loads((self.folder / "about.json").read_text(encoding="utf-8"))
        return About(**{**data, "notes": tuple(data["notes"])})

    def table(self, name: str) -> pd.DataFrame:
        """The table `name`, in its declared order of columns."""
        if name not in self._frames:
            if self.about.audience not in TABLES[name].audiences:
                raise ValuekitError(
                    Problem(
                        f"the table '{name}' is not for the {self.about.audience} audience",
                        do="Use another table.",
                    )
                )
            self._frames[name] = pd.read_parquet(self.folder / f"{name}.parquet")
        return self._frames[name]

    def of(self, name: str, service: str, **where: Any) -> pd.DataFrame:
        """Rows of the table `name` for one service (and other equalities), with a fresh index."""
        frame = self.table(name)
        keep = frame["service"] == service
        for column, wanted in where.items():
            keep &= frame[column] == wanted
        return frame[keep].reset_index(drop=True)


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with exactly the declared columns, order and kinds of the table `name`.

    Raises
    ------
    ValueError
        A declared column is missing or an undeclared one is there: a fault of valuekit, not of the data.
    """
    declared = [column.name for column in TABLES[name].columns]
    if set(frame.columns) != set(declared):
        missing, extra = (
            sorted(set(declared) - set(frame.columns)),
            sorted(set(frame.columns) - set(declared)),
        )
        raise ValueError(f"mart table '{name}': missing {missing}, undeclared {extra}")
    # Changing a kind costs a copy even where nothing changes; most columns have theirs already.
    kinds = {c.name: _DTYPES[c.kind] for c in TABLES[name].columns}
    has = dict(frame.dtypes)
    changed = {column: kind for column, kind in kinds.items() if has[column] != kind}
    ordered = frame if list(frame.columns) == declared else frame[declared]
    made = ordered.astype(changed) if changed else ordered
    return made.reset_index(drop=True)


def write_mart(folder: Path, about: About, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write one audience's mart: the tables that it may have, and ``about.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in TABLES.items():
        if about.audience in table.audiences:
            conform(name, frames[name]).to_parquet(folder / f"{name}.parquet", index=False)
    text = json.dumps({**about.__dict__, "notes": list(about.notes)}, ensure_ascii=False, indent=1)
    (folder / "about.json").write_text(text + "\n", encoding="utf-8")
