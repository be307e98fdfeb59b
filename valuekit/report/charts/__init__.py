"""Charts, one file each. Each takes tidy rows of the mart and returns a plotnine object.

They share a look (:mod:`~valuekit.report.charts.look`): labels stand on the chart instead of in a
legend, nothing is told by colour alone, and text stays readable when the chart is as wide as a phone.
"""
