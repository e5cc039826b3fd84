-- One row: one life of one instance, from which its checkpoints are drawn. Minutes count from the first instant.
CREATE TABLE IF NOT EXISTS sample_lives
(
    workspace_id  String,
    instance_id   String,
    from_minute   UInt32,
    to_minute     UInt32,
    gap_from      UInt32,
    gap_to        UInt32,
    cpu_per_min   Int64,
    memory_base   Int64,
    disk_base     Int64,
    disk_per_min  Int64,
    egress_per_min Int64,
    salt          UInt64
)
ENGINE = Memory
