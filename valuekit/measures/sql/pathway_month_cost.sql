-- Cost of the pathways by the month in which it was posted, for prices of one year.
-- In:    pathway_line
-- Out:   pathway_month_cost
-- Grain: one month of posting, stage, activity type and department (of the activity) of one pathway.
SELECT
    service,
    pathway,
    stage,
    activity_type,
    department,
    month,
    CAST(sum(pence) AS BIGINT) AS pence
FROM pathway_line
GROUP BY ALL
ORDER BY ALL
