"""Tables of the mart: rates of events, and rates and ratios that take account of who the people are.

The public sees what is counted as a rate, and no figure of it: a rate beside its days tells how many events
there were. Groups of patients against a model, and pathways against the population, are for the board and the
team for the same reason.
"""

from __future__ import annotations

from valuekit.mart.declare import FIGURE, Table, columns

TEAM = ("board", "clinical")

_RATE = """
service    | text    | Service identifier
measure    | text    | Measure identifier
"""

TABLES = (
    Table(
        "rate",
        "Rates",
        "one rate of one service",
        columns(f"""{_RATE}
position       | integer | Order in which rates are shown
name           | text    | Name of the rate
definition     | text    | What it is
numerator      | text    | Which events are counted
denominator    | text    | Over which time
unit           | text    | What the rate is for each of, such as '1,000 bed days'
decimals       | integer | Decimal places to show
direction      | text    | increase, decrease or neutral: which way is better
target         | number  | Target in the unit of the rate; empty for none
target_source  | text    | Who set the target
tier           | integer | Porter's tier: 1 health achieved, 2 recovery, 3 lasting health
time_point     | text    | When events are counted, in words
interval       | text    | month, quarter, half_year or year: the spacing of its points
chosen_by      | text    | Groups that chose it, in words
chosen_how     | text    | How it was chosen, in words
chosen_people  | integer | How many people took part in choosing it
method         | text    | How the interval is worked out
"""),
    ),
    Table(
        "rate_series",
        "Rates over time",
        "one rate of one service in one interval",
        columns(f"""{_RATE}
period       | text    | Interval in words
period_start | date    | First day of the interval in which the pathways began
events       | integer | Events
with_event   | integer | People who had one or more
exposure     | integer | Days in which an event could happen
{FIGURE}
centre       | number  | Mean of the phase, or its median (run)
lower_limit  | number  | Lower process limit
upper_limit  | number  | Upper process limit
phase        | integer | Phase of the chart, from 1
chart        | text    | u_prime or xmr, or run where a phase has fewer than 12 points
special      | text    | Rule met: outside_limit, trend, two_of_three, run; run chart: trend_of_five, few_runs
signal       | text    | common, improvement, concern or neutral; empty where not shown and in a run chart
limits_from  | text    | phase (all its points), baseline (frozen) or baseline_refused (fewer than 12 points)
target       | number  | Target in force when the interval began; empty for none
"""),
        audiences=TEAM,
    ),
    Table(
        "rate_year",
        "Rates, latest figures",
        "one rate of one service",
        columns(f"""{_RATE}
words             | text    | The newest 12 months in which everybody's days are over, in words
n                 | integer | People in them
with_event        | integer | Those of them with one event or more
events            | integer | Events
exposure          | integer | Days in which an event could happen
value             | number  | Events for each unit of days
lower             | number  | Lower end of its 95% interval
upper             | number  | Upper end of its 95% interval
before_words      | text    | The 12 months before those, in words
before_n          | integer | People in them
before_with_event | integer | Those of them with one event or more
before_events     | integer | Events
before_exposure   | integer | Days in which an event could happen
before_value      | number  | Events for each unit of days
before_lower      | number  | Lower end of its 95% interval
before_upper      | number  | Upper end of its 95% interval
ratio             | number  | value over before_value; empty below 10 events in either
ratio_lower       | number  | Lower end of its 95% interval
ratio_upper       | number  | Upper end of its 95% interval
verdict           | text    | better, worse, uncertain or too_few: the two years compared
variation         | text    | Icon, as in the table of latest figures
assurance         | text    | Icon, as in the table of latest figures
"""),
        audiences=TEAM,
    ),
    Table(
        "case_mix_group",
        "Case mix: observed and expected by group",
        "one measure and hospital site or fifth of deprivation, months after the baseline",
        columns(f"""{_RATE}
kind         | text    | site or fifth
position     | integer | Order of the groups
name         | text    | Organisation code of the first admission, or fifth (1 the most deprived)
words        | text    | The months, in words
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
ratio        | number  | Observed over expected of those: the indirectly standardised ratio
ratio_lower  | number  | Lower end of its 95% interval (Byar, widened for the expected being an estimate)
ratio_upper  | number  | Upper end of its 95% interval
shown        | flag    | Whether the comparison may be shown
reason       | text    | Why it is not shown: 'too few'
"""),
        audiences=TEAM,
    ),
    Table(
        "need_rate",
        "Pathways for each 100,000 adults",
        "one service and fifth of deprivation, or all fifths, newest 12 months",
        columns("""
service      | text    | Service identifier
words        | text    | The 12 months, in words
kind         | text    | fifth, crude (all fifths) or standardised (as if a fifth of the adults lived in each)
fifth        | integer | Fifth of deprivation, 1 the most deprived; empty for all
n            | integer | Pathways that began
completeness | number  | Share of the service's pathways whose fifth is known, 0 to 1
adults       | integer | Adults in the fifth
value        | number  | Pathways for each 100,000 adults a year
lower        | number  | Lower end of its 95% interval (exact or Byar; standardised: Dobson)
upper        | number  | Upper end of its 95% interval
shown        | flag    | Whether the rate may be shown: a standardised one from 10 pathways on
reason       | text    | Why it is not shown: 'too few'
source       | text    | Where the number of adults is from
"""),
        audiences=TEAM,
    ),
)
