-- A checkpoint every 60 s of each life. The counters are closed forms of the minute (a daily rhythm plus noise that is
-- smaller than the slowest minute), so that they only grow and need no window over millions of rows.
INSERT INTO instance_checkpoints
SELECT
    workspace_id,
    instance_id,
    toDateTime64({first:DateTime}, 3, 'UTC') + minute * 60                           AS ts,
    multiIf(minute = from_minute, 'start', minute = to_minute - 1, 'stop', 'checkpoint') AS event_kind,
    toInt64(cpu_per_min * (age + 126 * (sin((minute - 540) * pi() / 720) - sin((from_minute - 540) * pi() / 720))))
        + toInt64(cityHash64(salt, minute) % toUInt64(intDiv(cpu_per_min, 4)))       AS cpu_usage_usec,
    memory_base + toInt64(cityHash64(salt, intDiv(minute, 360)) % 5) * intDiv(memory_base, 8) AS memory_bytes,
    disk_base + age * disk_per_min                                                   AS disk_allocated_bytes,
    toInt64(egress_per_min * (age + 126 * (sin((minute - 600) * pi() / 720) - sin((from_minute - 600) * pi() / 720))))
        + toInt64(cityHash64(salt, minute, 'egress') % toUInt64(intDiv(egress_per_min, 4))) AS network_egress_public_bytes,
    true                                                                             AS network_attached
FROM
(
    SELECT *, toInt64(arrayJoin(range(from_minute, to_minute))) AS minute, minute - from_minute AS age
    FROM sample_lives
    WHERE intDiv(from_minute, 1440) >= {from_day:UInt32} AND intDiv(from_minute, 1440) < {to_day:UInt32}
)
WHERE NOT (minute >= gap_from AND minute < gap_to)
ORDER BY workspace_id, instance_id, ts
