-- Cost of the pathways by the month in which it was posted, for prices of one year.
-- In:    pathway_activity, cost_lines
-- Out:   pathway_month_cost
-- Grain: one month of posting, stage, activity type and department (of the activity) of one pathway.
SELECT
    linked.service,
    linked.pathway,
    linked.stage,
    linked.activity_type,
    linked.department,
    line.month,
    CAST(sum(line.pence) AS BIGINT) AS pence
FROM cost_lines AS line
JOIN pathway_activity AS linked USING (activity_id)
GROUP BY ALL
ORDER BY ALL
