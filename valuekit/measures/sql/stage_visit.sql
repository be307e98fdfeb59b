-- The stages that each pathway went through, in order.
-- In:    pathway_activity, index_event, service_rule, stage_rule
-- Out:   stage_visit
-- Grain: one visit to a stage. Activity of one stage that touches or overlaps is one visit, and so is activity with no
--        other stage between. An activity inside another stage's visit (an operation during a stay) is a visit of its
--        own, but what goes on around it is not a new one: nobody "comes back" to a ward that they never left.
--        Ends are cut at the end of the window. `wait_days` are the days without any contact before the visit began
--        (missing for the first); `again` says that the pathway had been in this stage before.
WITH position AS (
    SELECT service, stage, min(position) AS position FROM stage_rule GROUP BY service, stage
),
activity_in_window AS (
    SELECT
        linked.pathway,
        linked.service,
        linked.stage,
        coalesce(position.position, 1000) AS position,
        linked.activity_id,
        linked.start_date,
        greatest(
            linked.start_date,
            least(linked.end_date, CAST(event.began + rule.days_after + 1 AS TIMESTAMP))
        ) AS end_date
    FROM pathway_activity AS linked
    JOIN index_event AS event USING (pathway)
    JOIN service_rule AS rule ON rule.service = linked.service
    LEFT JOIN position ON position.service = linked.service AND position.stage = linked.stage
),
with_open AS (
    SELECT
        *,
        max(end_date) OVER (
            PARTITION BY pathway, stage ORDER BY start_date, activity_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS open_until
    FROM activity_in_window
),
with_island AS (
    SELECT
        *,
        sum(CASE WHEN open_until IS NULL OR start_date > open_until THEN 1 ELSE 0 END) OVER (
            PARTITION BY pathway, stage ORDER BY start_date, activity_id
        ) AS island
    FROM with_open
),
island AS (
    SELECT
        pathway,
        service,
        stage,
        position,
        min(start_date) AS start_date,
        max(end_date) AS end_date,
        count(*) AS activities
    FROM with_island
    GROUP BY pathway, service, stage, position, island
),
with_change AS (
    SELECT
        *,
        CASE
            WHEN stage = lag(stage) OVER (PARTITION BY pathway ORDER BY start_date, position, end_date) THEN 0
            ELSE 1
        END AS is_new
    FROM island
),
numbered AS (
    SELECT
        *,
        sum(is_new) OVER (PARTITION BY pathway ORDER BY start_date, position, end_date) AS visit
    FROM with_change
),
visit AS (
    SELECT
        pathway,
        service,
        stage,
        position,
        CAST(visit AS BIGINT) AS visit,
        min(start_date) AS start_date,
        max(end_date) AS end_date,
        CAST(sum(activities) AS BIGINT) AS activities
    FROM numbered
    GROUP BY pathway, service, stage, position, visit
)
SELECT
    *,
    CASE
        WHEN visit > 1 THEN greatest(0, date_diff('second', max(end_date) OVER earlier, start_date)) / 86400.0
    END AS wait_days,
    row_number() OVER (PARTITION BY pathway, stage ORDER BY visit) > 1 AS again
FROM visit
WINDOW earlier AS (PARTITION BY pathway ORDER BY visit ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
ORDER BY service, pathway, visit
