"""Tables of the mart: what pathways cost, and how they flow."""

from __future__ import annotations

from valuekit.mart.declare import Table, columns

TABLES = (
    Table(
        "stage_cost",
        "Pathway cost by stage and resource",
        "one stage and resource of one service, newest complete 12 months",
        columns("""
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
        columns("""
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
        "cost_cube",
        "Pathway cost by stage, resource and department",
        "one stage, resource and department of one service, newest complete 12 months; never public, as many "
        "of its parts are the cost of few",
        columns("""
service       | text    | Service identifier
words         | text    | The 12 months in which the pathways began, in words
stage         | text    | Stage identifier
stage_name    | text    | Name of the stage
position      | integer | Order along the pathway
resource      | text    | Resource code
resource_name | text    | Name of the resource
department    | text    | Department code
department_name | text  | Name of the department
pathways      | integer | Pathways that have cost there
amount        | number  | Pounds
per_pathway   | number  | Pounds for each pathway of the service
share         | number  | Share of the cost of all the service's pathways, 0 to 1
"""),
        audiences=("board", "clinical"),
    ),
    Table(
        "cost_spread",
        "Cost per pathway: distribution",
        "one cost band of one service, newest complete 12 months",
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
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
        "resource_patient",
        "Dearest pathways",
        "one of the dearest pathways of a service",
        columns("""
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
