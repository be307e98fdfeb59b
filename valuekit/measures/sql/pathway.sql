-- The pathways, each with what it cost and how long it kept the person in hospital.
-- In:    index_event, activity, patients, pathway_activity, first_stay, days_in_hospital, service_rule, release
-- Out:   pathway
-- Grain: one pathway. It began on the day of the activity that opened it; first contact (the days_before) is linked
--        and costed but does not move the start, so that every time point counts from the same event.
WITH cost AS (
    SELECT pathway, CAST(sum(pence) AS BIGINT) AS pence FROM pathway_activity GROUP BY pathway
)
SELECT
    event.pathway,
    event.service,
    event.patient,
    CAST(event.began AS TIMESTAMP) AS began,
    activity.age_band,
    patients.sex,
    CAST(ceil(patients.deprivation_decile / 2) AS BIGINT) AS fifth,
    coalesce(cost.pence, 0) AS cost_pence,
    first_stay.days AS first_stay_days,
    coalesce(days_in_hospital.days, 0) AS days_in_hospital,
    event.began + rule.days_after <= release.period_end AS complete
FROM index_event AS event
JOIN activity USING (activity_id)
JOIN service_rule AS rule USING (service)
CROSS JOIN release
LEFT JOIN patients ON patients.patient = event.patient
LEFT JOIN cost USING (pathway)
LEFT JOIN first_stay USING (pathway)
LEFT JOIN days_in_hospital USING (pathway)
ORDER BY event.position, event.began, event.pathway
