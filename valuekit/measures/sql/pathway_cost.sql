-- Cost moved from the departments that booked it to the stages of the pathways that it served.
-- In:    pathway_activity, cost_lines
-- Out:   pathway_cost
-- Grain: one stage, resource and department of one pathway. Whole pence, so nothing is lost to rounding.
SELECT
    linked.service,
    linked.pathway,
    linked.stage,
    line.resource,
    line.department,
    CAST(sum(line.pence) AS BIGINT) AS pence
FROM cost_lines AS line
JOIN pathway_activity AS linked USING (activity_id)
GROUP BY ALL
ORDER BY ALL
