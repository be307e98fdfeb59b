"""Tables of the mart: outcomes, and how sure they are."""

from __future__ import annotations

from valuekit.mart.declare import FIGURE, Table, columns

TABLES = (
    Table(
        "series",
        "Measures over time",
        "one measure of one service in one interval",
        columns(f"""
service      | text    | Service identifier
measure      | text    | Measure identifier
period       | text    | Interval in words: 'October 2026', 'July to September 2026'
period_start | date    | First day of the interval in which the pathways began
numerator    | number  | Events (shares) ; empty for means
{FIGURE}
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
        columns("""
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
        columns("""
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
        columns("""
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
        "inequality",
        "Outcomes by deprivation",
        "one measure of one service and one fifth of deprivation, newest 24 months",
        columns(f"""
service  | text    | Service identifier
measure  | text    | Measure identifier
words    | text    | The months covered, in words
fifth    | integer | Fifth of deprivation, 1 the most deprived
completeness | number | Share of those who could be counted whose result is known, 0 to 1; not in public
{FIGURE}
"""),
    ),
    Table(
        "inequality_slope",
        "Slope and relative index of inequality",
        "one measure of one service, newest 24 months",
        columns("""
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
        columns(f"""
service | text    | Service identifier
measure | text    | Measure identifier
words   | text    | The months covered, in words
site    | text    | Organisation code of the first admission
completeness | number | Share of those who could be counted whose result is known, 0 to 1; not in public
{FIGURE}
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
        "case_mix_model",
        "Case mix: the models",
        "one measure with a case-mix model",
        columns("""
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
        columns("""
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
        columns("""
service    | text    | Service identifier
measure    | text    | Measure identifier
position   | integer | Order in the model
covariate  | text    | Covariate in words
category   | text    | Category; 'not known' for people of whom it is missing
n          | integer | People in the baseline
odds_ratio | number  | Odds of the outcome against the reference; 1 for the reference and where few
lower      | number  | Lower end of its 95% interval; empty for the reference
upper      | number  | Upper end of its 95% interval
"""),
        audiences=("board", "clinical"),
    ),
    Table(
        "case_mix_calibration",
        "Case mix: calibration",
        "one fifth of expected chance of one model, months after the baseline",
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
service     | text    | Service identifier
measure     | text    | Measure identifier
words       | text    | The 12 months, in words
value_set   | text    | Value set of the measure, in words
other_set   | text    | Value set set beside it, in words
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
        "value_set",
        "Value sets of EQ-5D measures",
        "one value set by which answers to one measure are scored; beside a switch of questionnaire both",
        columns("""
service      | text    | Service identifier
measure      | text    | Measure identifier
position     | integer | 1 the set of the measure, 2 that of the questionnaire before
instrument   | text    | EQ-5D-3L or EQ-5D-5L
name         | text    | The value set in words
country      | text    | Whose values they are
year         | integer | Of which year
version      | text    | How they were found, and in which version they are used
source       | text    | Who published them
words        | text    | 12 months up to the switch, or from it on, in words; empty without a switch
eligible     | integer | People who could have been counted
n            | integer | People whose index is known
completeness | number  | n over eligible, 0 to 1
value        | number  | Mean index by this set
lower        | number  | Lower end of its 95% interval
upper        | number  | Upper end of its 95% interval
"""),
    ),
    Table(
        "interrupted",
        "Service changes over time",
        "one dated change of one service and the points of its measure",
        columns("""
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
)
