-- Which activity belongs to which pathway, and to which of its stages.
-- In:    activity, index_event, service_rule, left_out, stage_rule, activity_cost
-- Out:   pathway_activity
-- Grain: one activity on a pathway. An activity is on one pathway at most: the one that it opens, else the one
--        that began last before it, else (first contact) the one that begins soonest after it; on the same
--        day the service that stands first. So no pound is counted twice.
WITH candidate AS (
    SELECT
        event.pathway,
        event.service,
        activity.patient,
        activity.activity_id,
        activity.activity_type,
        activity.department,
        activity.treatment_function,
        activity.spell_id,
        activity.start_date,
        activity.end_date,
        date_diff('day', event.began, CAST(activity.start_date AS DATE)) AS day,
        row_number() OVER (
            PARTITION BY activity.activity_id
            ORDER BY
                activity.activity_id = event.activity_id DESC,
                CAST(activity.start_date AS DATE) >= event.began DESC,
                abs(date_diff('day', event.began, CAST(activity.start_date AS DATE))),
                event.position,
                event.pathway
        ) AS choice
    FROM activity
    JOIN index_event AS event USING (patient)
    JOIN service_rule AS rule USING (service)
    ANTI JOIN left_out
        ON left_out.service = event.service
        AND left_out.treatment_function = activity.treatment_function
    WHERE date_diff('day', event.began, CAST(activity.start_date AS DATE))
        BETWEEN -rule.days_before AND rule.days_after
),
linked AS (
    SELECT * EXCLUDE (choice) FROM candidate WHERE choice = 1
),
staged AS (
    SELECT
        linked.activity_id,
        arg_min(rule.stage, rule.position) AS stage
    FROM linked
    JOIN stage_rule AS rule
        ON rule.service = linked.service
        AND rule.activity_type = linked.activity_type
        AND (rule.department IS NULL OR rule.department = linked.department)
        AND (rule.treatment_function IS NULL OR rule.treatment_function = linked.treatment_function)
        AND (rule.from_day IS NULL OR linked.day >= rule.from_day)
        AND (rule.to_day IS NULL OR linked.day <= rule.to_day)
    GROUP BY linked.activity_id
)
SELECT
    linked.pathway,
    linked.service,
    coalesce(staged.stage, 'other') AS stage,
    linked.patient,
    linked.activity_id,
    linked.activity_type,
    linked.department,
    linked.spell_id,
    linked.start_date,
    linked.end_date,
    linked.day,
    coalesce(activity_cost.pence, 0) AS pence
FROM linked
LEFT JOIN staged USING (activity_id)
LEFT JOIN activity_cost USING (activity_id)
ORDER BY linked.service, linked.pathway, linked.start_date, linked.activity_id
