-- Cost moved from the departments that booked it to the stages of the pathways that it served.
-- In:    pathway_line
-- Out:   pathway_cost
-- Grain: one stage, resource and department (that booked the cost) of one pathway.
SELECT
    service,
    pathway,
    stage,
    resource,
    booked_by AS department,
    CAST(sum(pence) AS BIGINT) AS pence
FROM pathway_line
GROUP BY ALL
ORDER BY ALL
