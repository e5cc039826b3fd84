-- Checkpoints of one more instance, every 60 s, that reach ClickHouse long after their month was billed. Neither disk nor
-- network.
INSERT INTO instance_checkpoints
SELECT
    {usage_id:String}                                                                  AS workspace_id,
    {instance_id:String}                                                               AS instance_id,
    toDateTime64({first:DateTime}, 3, 'UTC') + minute * 60                             AS ts,
    multiIf(minute = 0, 'start', minute = {minutes:UInt32}, 'stop', 'checkpoint')      AS event_kind,
    toInt64({cpu_seconds_per_minute:UInt32}) * 1000000 * minute                        AS cpu_usage_usec,
    toInt64({memory_gib:UInt32}) * 1073741824                                          AS memory_bytes,
    0                                                                                  AS disk_allocated_bytes,
    0                                                                                  AS network_egress_public_bytes,
    false                                                                              AS network_attached
FROM
(
    SELECT toInt64(arrayJoin(range({minutes:UInt32} + 1))) AS minute
)
