-- Where pathways begin.
-- In:    activity, cohort_rule, left_out, service_rule
-- Out:   index_event
-- Grain: one pathway: a patient's first qualifying activity of a service, and each later one
--        with no qualifying activity in the new_after_days before it.
-- The pathway's identifier counts a patient's pathways of a service, so it stays the same from month to month.
WITH qualifying AS (
    SELECT DISTINCT
        rule.service,
        activity.patient,
        activity.activity_id,
        activity.start_date,
        CAST(activity.start_date AS DATE) AS began
    FROM activity
    JOIN cohort_rule AS rule
        ON rule.activity_type = activity.activity_type
        AND (rule.diagnosis IS NULL OR starts_with(activity.primary_diagnosis, rule.diagnosis))
        AND (rule.procedure IS NULL OR starts_with(activity.primary_procedure, rule.procedure))
    ANTI JOIN left_out
        ON left_out.service = rule.service
        AND left_out.treatment_function = activity.treatment_function
    WHERE activity.patient IS NOT NULL
),
with_previous AS (
    SELECT
        *,
        lag(began) OVER (PARTITION BY service, patient ORDER BY start_date, activity_id) AS previous
    FROM qualifying
),
opening AS (
    SELECT with_previous.*, service_rule.position
    FROM with_previous
    JOIN service_rule USING (service)
    WHERE previous IS NULL OR date_diff('day', previous, began) > service_rule.new_after_days
)
SELECT
    service || '-' || patient || '-'
        || row_number() OVER (PARTITION BY service, patient ORDER BY start_date, activity_id) AS pathway,
    service,
    position,
    patient,
    activity_id,
    start_date,
    began
FROM opening
ORDER BY position, began, pathway
