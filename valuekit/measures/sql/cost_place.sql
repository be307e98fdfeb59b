-- Where every cost line ended up: on a pathway, outside all of them, or with no activity that is known.
-- In:    activity_cost, activity, pathway_activity
-- Out:   cost_place
-- Grain: one place ('pathway' of a service, 'outside', 'no_activity') and patient; the patient is missing where the
--        activity is nobody's in particular, or is not known.
SELECT
    CASE
        WHEN linked.activity_id IS NOT NULL THEN 'pathway'
        WHEN activity.activity_id IS NOT NULL THEN 'outside'
        ELSE 'no_activity'
    END AS place,
    linked.service,
    activity.patient,
    CAST(sum(cost.pence) AS BIGINT) AS pence
FROM activity_cost AS cost
LEFT JOIN activity USING (activity_id)
LEFT JOIN pathway_activity AS linked USING (activity_id)
GROUP BY ALL
ORDER BY ALL
