-- One row: a key was verified once through the gateway, whatever the outcome.
CREATE TABLE IF NOT EXISTS key_verifications
(
    workspace_id String,
    key_id       String,
    verified_at  DateTime('UTC'),
    outcome      LowCardinality(String)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(verified_at)
ORDER BY (workspace_id, verified_at)
