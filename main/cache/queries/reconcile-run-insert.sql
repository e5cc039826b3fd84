-- One reconciliation; immutable.
INSERT INTO reconcile_run (
  month, created_at, tool_version, input_digest, as_of_clickhouse, as_of_stripe, exit_code, summary, content_hash
) VALUES (
  :month, :createdAt, :toolVersion, :inputDigest, :asOfClickhouse, :asOfStripe, :exitCode, :summary, :contentHash
)
