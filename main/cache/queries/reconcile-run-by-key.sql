-- One reconciliation.
SELECT run, month, created_at, tool_version, input_digest, as_of_clickhouse, as_of_stripe, exit_code, summary, content_hash
FROM reconcile_run
WHERE run = ?
