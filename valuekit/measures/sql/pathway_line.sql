-- The cost of the pathways, from every cost line of their activity: read once for all that is asked of it.
-- In:    pathway_activity, cost_lines
-- Out:   pathway_line
-- Grain: one stage, activity type, department of the activity, resource, department that booked the cost, and month
--        of posting of one pathway. Whole pence, so nothing is lost to rounding.
SELECT
    linked.service,
    linked.pathway,
    linked.stage,
    linked.activity_type,
    linked.department,
    line.resource,
    line.department AS booked_by,
    line.month,
    CAST(sum(line.pence) AS BIGINT) AS pence
FROM cost_lines AS line
JOIN pathway_activity AS linked USING (activity_id)
GROUP BY ALL
