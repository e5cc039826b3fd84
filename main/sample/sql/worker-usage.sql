-- One row: what the push worker of the sample company finds for one workspace and hour, in native units. Written apart
-- from Tieout's own templates, so that the two can disagree.
SELECT workspace_id, intDiv(toUnixTimestamp64Milli(later), 3600000) AS unix_hour,
       toString(sum(toInt128(greatest(cpu_step, 0))))               AS cpu_usec,
       toString(sum(toInt128(memory_floor) * elapsed_ms))           AS memory_byte_ms,
       toString(sum(toInt128(disk_floor) * elapsed_ms))             AS disk_byte_ms,
       toString(sum(toInt128(greatest(egress_step, 0))))            AS egress_bytes
FROM
(
    SELECT workspace_id, ts AS later,
           cpu_usage_usec - lagInFrame(cpu_usage_usec, 1) OVER life                           AS cpu_step,
           network_egress_public_bytes - lagInFrame(network_egress_public_bytes, 1) OVER life AS egress_step,
           least(memory_bytes, lagInFrame(memory_bytes, 1) OVER life)                         AS memory_floor,
           least(disk_allocated_bytes, lagInFrame(disk_allocated_bytes, 1) OVER life)         AS disk_floor,
           toUnixTimestamp64Milli(ts) - lagInFrame(toUnixTimestamp64Milli(ts), 1) OVER life   AS elapsed_ms
    FROM instance_checkpoints FINAL
    WHERE ts >= fromUnixTimestamp64Milli({from_ms:Int64}) AND ts < fromUnixTimestamp64Milli({to_ms:Int64})
    WINDOW life AS (PARTITION BY workspace_id, instance_id ORDER BY ts, event_kind
                    ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
WHERE elapsed_ms > 0 AND elapsed_ms <= 120000
GROUP BY workspace_id, unix_hour
ORDER BY workspace_id, unix_hour
