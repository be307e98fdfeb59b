"""Tables of the mart: value, and what it is worth."""

from __future__ import annotations

from valuekit.mart.declare import Table, columns

TABLES = (
    Table(
        "value",
        "Value",
        "one service and 12 months",
        columns("""
service       | text    | Service identifier
words         | text    | The 12 months in which the pathways began, in words
period_start  | date    | First day of those 12 months
prices        | text    | Financial year in whose prices cost and ratio are; empty where as posted
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
        columns("""
service            | text    | Service identifier
comparison         | text    | year, deprivation or options (ways of care that the definition declares)
option             | text    | Option identifier
against            | text    | Option that it is held against
option_words       | text    | The option in words
against_words      | text    | The other in words
words              | text    | The months in which the pathways began, in words
n                  | integer | Pathways of the option whose outcome and cost are known
against_n          | integer | Pathways of the other
completeness       | number  | n over the eligible pathways of the option, 0 to 1
against_completeness | number | The same of the other
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
marginal           | number  | Further good outcomes for each £100,000 more, or less, spent on the pathways
marginal_lower     | number  | Lower end of its 95% interval
marginal_upper     | number  | Upper end of its 95% interval
marginal_kind      | text    | more, less, not_clear (the difference in cost) or not_a_choice
prices             | text    | Year in whose prices the costs are; empty for cash
shown              | flag    | Whether the figures may be shown
reason             | text    | Why they are not shown
"""),
    ),
    Table(
        "option",
        "Options and which are worth having",
        "one option of one service and comparison",
        columns("""
service      | text    | Service identifier
comparison   | text    | year, deprivation or options
option       | text    | Option identifier
position     | integer | Order of the options; the others are held against the first
option_words | text    | The option in words
n            | integer | Pathways whose outcome and cost are known
completeness | number  | n over the eligible pathways, 0 to 1
outcome      | number  | Outcome, per cent
cost         | number  | Mean cost of a pathway, pounds
outcome_se   | number  | Standard error of the outcome, percentage points
cost_se      | number  | Standard error of the mean cost
correlation  | number  | How the two go together over the draws, -1 to 1
status       | text    | frontier, dominated or extended (dominated by extension); empty where nobody chooses
against_words | text   | The option before it on the frontier, in words; empty for the first
ratio        | number  | Pounds for each further good outcome against that option
ratio_lower  | number  | Lower end of its 95% interval; empty where it leaves the quarter
ratio_upper  | number  | Upper end of its 95% interval
ratio_kind   | text    | price, or not_clear where the difference in outcome is not clear of nought
shown        | flag    | Whether the figures may be shown
reason       | text    | Why they are not shown
"""),
    ),
    Table(
        "acceptability",
        "Which option is best at what price of an outcome",
        "one option at one price, of one service and comparison",
        columns("""
service      | text    | Service identifier
comparison   | text    | year or options
price        | number  | Pounds that one more good outcome is taken to be worth
price_says   | text    | What the price is of
option       | text    | Option identifier
option_words | text    | The option in words
probability  | number  | Share of draws in which its net benefit is highest, 0 to 1
benefit      | number  | Mean net benefit of a pathway, pounds
gain         | number  | benefit less that of the first option, pounds; empty for the first
gain_lower   | number  | Lower end of its 95% interval
gain_upper   | number  | Upper end of its 95% interval
best         | flag    | Whether its mean net benefit is the highest: the frontier
"""),
    ),
    Table(
        "composite",
        "Composite outcome with patients' weights",
        "one service and 12 months",
        columns("""
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
        columns("""
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
        "allocation",
        "Spending by service",
        "one service, newest complete 12 months",
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
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
        columns("""
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
        "tipping",
        "Tipping points of cost",
        "one service and what its cost is set against, newest complete 12 months",
        columns("""
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
)
