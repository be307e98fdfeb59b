-- Nights in hospital from the start of each pathway to the end of its window.
-- In:    index_event, service_rule, activity
-- Out:   days_in_hospital
-- Grain: one pathway with an admitted episode. Every admission of the person counts, whatever for, because a night in
--        hospital is not a night at home; a night covered by two episodes (a transfer) counts once.
WITH night AS (
    SELECT
        event.pathway,
        greatest(CAST(episode.start_date AS DATE), event.began) AS first,
        least(CAST(episode.end_date AS DATE), event.began + rule.days_after) AS last,
        episode.activity_id
    FROM index_event AS event
    JOIN service_rule AS rule USING (service)
    JOIN activity AS episode USING (patient)
    WHERE episode.activity_type = 'admitted'
        AND CAST(episode.end_date AS DATE) >= event.began
        AND CAST(episode.start_date AS DATE) <= event.began + rule.days_after
),
with_covered AS (
    SELECT
        *,
        max(last) OVER (
            PARTITION BY pathway ORDER BY first, last, activity_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_to
    FROM night
)
SELECT
    pathway,
    CAST(sum(greatest(0, date_diff('day', greatest(first, coalesce(covered_to, first)), last))) AS BIGINT) AS days
FROM with_covered
GROUP BY pathway
