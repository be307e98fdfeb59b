-- The first stay in hospital of each pathway.
-- In:    index_event, pathway_activity, activity
-- Out:   first_stay
-- Grain: one pathway with a stay. The stay is the hospital provider spell of the first admitted episode from the
--        opening activity on, with all its episodes, whatever their diagnosis; an episode without a spell
--        identifier is a stay of its own.
WITH first_episode AS (
    SELECT
        event.pathway,
        event.patient,
        arg_min(
            coalesce(linked.spell_id, linked.activity_id),
            {'start': linked.start_date, 'activity': linked.activity_id}
        ) AS stay
    FROM index_event AS event
    JOIN pathway_activity AS linked USING (pathway)
    WHERE linked.activity_type = 'admitted' AND linked.start_date >= event.start_date
    GROUP BY event.pathway, event.patient
)
SELECT
    first_episode.pathway,
    date_diff('second', min(episode.start_date), max(episode.end_date)) / 86400.0 AS days
FROM first_episode
JOIN activity AS episode
    ON episode.patient = first_episode.patient
    AND coalesce(episode.spell_id, episode.activity_id) = first_episode.stay
WHERE episode.activity_type = 'admitted'
GROUP BY first_episode.pathway
