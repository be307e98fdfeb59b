-- What each activity cost: tens of millions of cost lines become one row an activity, once.
-- In:    cost_lines
-- Out:   activity_cost
-- Grain: one activity identifier of the cost lines; one row without an identifier for all lines that have none.
SELECT activity_id, CAST(sum(pence) AS BIGINT) AS pence
FROM cost_lines
GROUP BY activity_id
