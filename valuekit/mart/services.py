"""Tables of the mart: the services, their stages and measures, what matters to patients, what changed."""

from __future__ import annotations

from valuekit.mart.declare import Table, columns

TABLES = (
    Table(
        "service",
        "Services",
        "one service",
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
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
        "importance",
        "What matters",
        "one topic of one service and one group",
        columns("""
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
        columns("""
service | text    | Service identifier
group   | text    | patient, carer or clinician
method  | text    | discussion_group or survey
people  | integer | People who took part
first   | date    | First date
last    | date    | Last date
"""),
    ),
    Table(
        "change",
        "Service changes",
        "one dated change of one service",
        columns("""
service      | text    | Service identifier
change       | text    | Change identifier
date         | date    | First day of the new way of working
title        | text    | What changed
description  | text    | What changed, in a sentence or two
measure      | text    | Measure expected to move; empty for none
before_words | text    | Months before, in words
before_n     | integer | People before
before_completeness | number | Share of those who could be counted whose result is known; not in public
before_value | number  | Their figure
after_words  | text    | Months after, in words
after_n      | integer | People after
after_completeness | number | Share of those who could be counted whose result is known; not in public
after_value  | number  | Their figure
difference   | number  | after_value less before_value
diff_lower   | number  | Lower end of its 95% interval
diff_upper   | number  | Upper end of its 95% interval
verdict      | text    | better, worse, uncertain or too_few
"""),
    ),
    Table(
        "importance_gap",
        "What matters: where groups differ",
        "one topic of one service, one group against clinicians",
        columns("""
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
        "revision",
        "Figures that moved since the last release",
        "one published figure of a past interval that moved",
        columns("""
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
        columns("""
service   | text    | Service identifier
released  | text    | Month of the release, YYYY-MM
version   | integer | Number of its newest version
"""),
    ),
)
