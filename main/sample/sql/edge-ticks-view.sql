-- What the company's new pipeline measures of memory, in the last three days: a sample at every checkpoint, good for the
-- minute before it. It is not right everywhere: at one customer machines count from a minute before they run (29 May),
-- at one an agent runs twice (30 May, 14 to 17 h), and of one nothing arrives for two hours (31 May, 5 to 7 h).
CREATE VIEW IF NOT EXISTS edge_ticks AS
SELECT
    workspace_id,
    instance_id,
    ts,
    memory_bytes,
    toUInt32(60)                                                        AS seconds,
    concat(instance_id, '/', toString(toUnixTimestamp(ts)), '/', agent) AS sample_id
FROM instance_checkpoints
ARRAY JOIN if(workspace_id = 'ws_hooli_cloud_services_004'
              AND ts >= toDateTime64('2026-05-30 14:00:00', 3, 'UTC')
              AND ts < toDateTime64('2026-05-30 17:00:00', 3, 'UTC'), ['a', 'b'], ['a']) AS agent
WHERE ts >= toDateTime64('2026-05-29 00:00:00', 3, 'UTC')
  AND (event_kind != 'start'
       OR (workspace_id = 'ws_consolidated_messeng_021' AND ts < toDateTime64('2026-05-30 00:00:00', 3, 'UTC')))
  AND NOT (workspace_id = 'ws_lucerne_publishing_014'
           AND ts >= toDateTime64('2026-05-31 05:00:00', 3, 'UTC')
           AND ts < toDateTime64('2026-05-31 07:00:00', 3, 'UTC'))
