-- What each pathway used, in the units that its price is stated in.
-- In:    pathway_activity
-- Out:   pathway_unit
-- Grain: one stage, activity type and department of one pathway. `units` are stays where a bed is used (a stay with
--        two episodes in one department counts once), else activities; `seconds` are those from start to end.
SELECT
    service,
    pathway,
    stage,
    activity_type,
    department,
    CAST(count(DISTINCT CASE
        WHEN activity_type IN ('admitted', 'critical_care') THEN coalesce(spell_id, activity_id)
        ELSE activity_id
    END) AS BIGINT) AS units,
    CAST(sum(date_diff('second', start_date, end_date)) AS BIGINT) AS seconds
FROM pathway_activity
GROUP BY ALL
ORDER BY ALL
