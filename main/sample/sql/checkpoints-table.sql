-- One row: the counters and gauges of one instance at one moment (metering.md section 1.5).
CREATE TABLE IF NOT EXISTS instance_checkpoints
(
    workspace_id                String,
    instance_id                 String CODEC(ZSTD(3)),
    ts                          DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(3)),
    event_kind                  LowCardinality(String),
    cpu_usage_usec              Int64 CODEC(Delta, ZSTD(3)),
    memory_bytes                Int64 CODEC(Delta, ZSTD(3)),
    disk_allocated_bytes        Int64 CODEC(Delta, ZSTD(3)),
    network_egress_public_bytes Int64 CODEC(Delta, ZSTD(3)),
    network_attached            Bool
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (workspace_id, instance_id, ts, event_kind)
