-- One row: how many keys a workspace has and how often they are verified.
CREATE TABLE IF NOT EXISTS sample_keys
(
    workspace_id String,
    keys         UInt64,
    events       UInt64,
    salt         UInt64
)
ENGINE = Memory
