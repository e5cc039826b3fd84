-- A pull that begins to stage rows. Nothing reads them until it is in force.
INSERT INTO pull_run (
  source, month, meter_key, state, started_at, tool_version, fingerprint, mapping_fingerprint, selection,
  query, query_hash, combine, exponent, stripe_meter_id
) VALUES (
  :source, :month, :meterKey, 'running', :startedAt, :toolVersion, :fingerprint, :mappingFingerprint, :selection,
  :query, :queryHash, :combine, :exponent, :stripeMeterId
)
