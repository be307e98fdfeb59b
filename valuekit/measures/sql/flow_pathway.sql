-- How each pathway flowed: hand-offs, returns to hospital, and its time from first to last contact.
-- In:    pathway_activity, activity, index_event, service_rule
-- Out:   flow_pathway
-- Grain: one pathway with activity. Every moment from the first contact to the last is one of three: in a hospital bed
--        (an admitted episode or critical care), else in contact (any other activity), else without contact.
--        A hand-off is a change of department, or of provider, from one activity to the next by start.
--        A return is a stay that began a day or more after the end of the first stay.
WITH part AS (
    SELECT
        linked.pathway,
        linked.activity_id,
        linked.department,
        activity.organisation_code AS provider,
        linked.activity_type IN ('admitted', 'critical_care') AS in_bed,
        linked.start_date,
        greatest(
            linked.start_date,
            least(linked.end_date, CAST(event.began + rule.days_after + 1 AS TIMESTAMP))
        ) AS end_date
    FROM pathway_activity AS linked
    JOIN activity USING (activity_id)
    JOIN index_event AS event ON event.pathway = linked.pathway
    JOIN service_rule AS rule ON rule.service = linked.service
),
with_before AS (
    SELECT
        *,
        lag(department) OVER by_start AS department_before,
        lag(provider) OVER by_start AS provider_before,
        max(end_date) OVER (
            PARTITION BY pathway ORDER BY start_date, end_date, activity_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_to,
        max(CASE WHEN in_bed THEN end_date END) OVER (
            PARTITION BY pathway ORDER BY start_date, end_date, activity_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS bed_covered_to
    FROM part
    WINDOW by_start AS (PARTITION BY pathway ORDER BY start_date, end_date, activity_id)
)
SELECT
    pathway,
    CAST(count(*) AS BIGINT) AS activities,
    CAST(count(*) FILTER (department <> department_before) AS BIGINT) AS department_handoffs,
    CAST(count(*) FILTER (provider <> provider_before) AS BIGINT) AS provider_handoffs,
    bool_or(in_bed) AS has_stay,
    CAST(count(*) FILTER (
        in_bed AND bed_covered_to IS NOT NULL AND date_diff('second', bed_covered_to, start_date) >= 86400
    ) AS BIGINT) AS returns,
    date_diff('second', min(start_date), max(end_date)) / 86400.0 AS span_days,
    sum(greatest(0, date_diff('second', greatest(start_date, coalesce(covered_to, start_date)), end_date)))
        / 86400.0 AS covered_days,
    sum(CASE
        WHEN in_bed
            THEN greatest(0, date_diff('second', greatest(start_date, coalesce(bed_covered_to, start_date)), end_date))
        ELSE 0
    END) / 86400.0 AS bed_days
FROM with_before
GROUP BY pathway
ORDER BY pathway
