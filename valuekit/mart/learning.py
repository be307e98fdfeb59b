"""Tables of the mart: case studies of the learning library, their figures, and who adopted them.

Everything here was published by somebody before: it comes from the files in ``reports/learning/``, never from
the month's extracts, and says nothing of a patient.
"""

from __future__ import annotations

from valuekit.mart.declare import Table, columns

TABLES = (
    Table(
        "case",
        "Case studies",
        "one case study",
        columns("""
case            | text    | Case identifier
position        | integer | Order in which cases are shown
title           | text    | Name of the case
subtitle        | text    | What was done, in one line
summary         | text    | The case in one sentence
organisation    | text    | Who did it
partners        | text    | With whom
place           | text    | Where
patients        | text    | Whose care it is about
began           | text    | Year or month in which it began; empty where not stated
ended           | text    | Year or month in which it ended; empty where it goes on or is not stated
people          | number  | People reached; empty where not stated
people_says     | text    | Who they are
sites           | number  | Places; empty where not stated
sites_says      | text    | What they are
pounds          | number  | What it cost; empty where not stated
cost_says       | text    | What that pays for
impact_says     | text    | How the impact band was worked out
evidence_rating | integer | Strength of the evidence behind the main figure, 1 very weak to 5 strong
evidence_why    | text    | How the rating was worked out, step by step
evidence_says   | text    | What a reader should know of the evidence
review          | text    | Month in which the page is looked at again
contact         | text    | Role to ask
baseline_months | number  | Months to measure before beginning
baseline_says   | text    | How to measure before beginning
cohort_says     | text    | Who would be counted
"""),
    ),
    Table(
        "case_facet",
        "Case studies: what they are found by",
        "one word of one facet of one case study",
        columns("""
case     | text    | Case identifier
facet    | text    | theme, lens, setting, service, function, patient_group, cost, impact, evidence or status
code     | text    | The word
position | integer | Order of the words within a facet
label    | text    | The word as a reader sees it
"""),
    ),
    Table(
        "case_rule",
        "Case studies: how bands and ratings are given",
        "one band or step of one rule",
        columns("""
rule     | text    | cost, impact or evidence
position | integer | Order of the lines
code     | text    | Band, rating or step
label    | text    | The same as a reader sees it
says     | text    | When it is given
"""),
    ),
    Table(
        "case_figure",
        "Case studies: published figures",
        "one figure of one case study, or of one of its adopters",
        columns("""
case             | text    | Case identifier
adopter          | text    | Organisation that adopted the case; empty for the case itself
position         | integer | Order; the first is the main figure
measure          | text    | What is measured
group            | text    | Of whom, and when
about            | text    | about, more than, less than, just under or expected, as the source says
figure           | number  | The figure, in the unit
n                | number  | People or things behind it; empty where not stated
lower            | number  | Lower end of its 95% interval; empty where n is not stated
upper            | number  | Upper end of its 95% interval
against          | text    | What it stands against; empty for nothing
against_figure   | number  | The figure that it stands against
against_n        | number  | People or things behind that; empty where not stated
against_lower    | number  | Lower end of its 95% interval
against_upper    | number  | Upper end of its 95% interval
difference       | number  | figure less against_figure
difference_lower | number  | Lower end of the 95% interval of the difference of two shares
difference_upper | number  | Upper end of it
unit             | text    | %, £, or a word
direction        | text    | increase, decrease or neutral: which way is better
source           | text    | Where it was published
page             | text    | Page there; empty where not known
"""),
    ),
    Table(
        "case_source",
        "Case studies: sources",
        "one publication of one case study",
        columns("""
case     | text    | Case identifier
position | integer | Order
title    | text    | Title
by       | text    | Who published it
year     | text    | Year
pages    | text    | Pages; empty where not known
url      | text    | Address; empty where not known
"""),
    ),
    Table(
        "case_context",
        "Case studies: what must be there",
        "one factor of one case study",
        columns("""
case     | text    | Case identifier
position | integer | Order
factor   | text    | will, leadership, data or time
label    | text    | The factor as a reader sees it
needs    | text    | low, medium or high: how much of it is needed
says     | text    | What must be there
"""),
    ),
    Table(
        "case_risk",
        "Case studies: risks of acting and of not acting",
        "one risk of one case study",
        columns("""
case       | text    | Case identifier
position   | integer | Order
way        | text    | acting or not_acting
risk       | text    | What can go wrong, or goes on
likelihood | text    | low, medium or high
effect     | text    | low, medium or high
held_by    | text    | What holds it
"""),
    ),
    Table(
        "case_measure",
        "Case studies: what to measure",
        "one measure that an adopter takes",
        columns("""
case        | text    | Case identifier
position    | integer | Order
measure     | text    | Measure identifier
name        | text    | Name of the measure
definition  | text    | What it is
numerator   | text    | What is counted or summed
denominator | text    | Over whom
direction   | text    | increase, decrease or neutral: which way is better
kind        | text    | How valuekit works it out; empty where it is collected by hand
collect     | text    | How to collect it; empty where valuekit works it out
"""),
    ),
    Table(
        "case_adoption",
        "Case studies: adopted at",
        "one report of one adopter",
        columns("""
case         | text | Case identifier
organisation | text | Who adopted it
place        | text | Where
began        | text | Year or month in which they began
status       | text | running, spread or stopped
adapted      | text | What was changed to fit
happened     | text | What happened
learnt       | text | What the next one should know
contact      | text | Role to ask
reported     | text | Month of the report
"""),
    ),
    Table(
        "case_related",
        "Case studies: related cases",
        "one pair of cases that share facets",
        columns("""
case     | text    | Case identifier
related  | text    | The other case
position | integer | Order, the nearest first
shared   | text    | What they share, in words
"""),
    ),
    Table(
        "case_bearing",
        "Case studies that bear on a service's measures",
        "one case study that bears on one measure of one service",
        columns("""
service  | text    | Service identifier
measure  | text    | Measure identifier; empty for the service as a whole
case     | text    | Case identifier
position | integer | Order within the measure
reason   | text    | Why it bears on it
"""),
    ),
)
