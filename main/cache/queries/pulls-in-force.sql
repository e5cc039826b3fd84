-- The pulls that speak for a month: one row per meter and source.
SELECT p.pull, p.meter_key, k.key AS meter, p.source, p.month, p.started_at, p.finished_at, p.fingerprint,
       p.mapping_fingerprint, p.selection, p.combine, p.exponent, p.stripe_meter_id, p.rows, p.skipped_idle,
       p.content_hash, p.query
FROM pull_in_force AS f
JOIN pull_run AS p ON p.pull = f.pull
JOIN meter_key AS k ON k.meter_key = f.meter_key
WHERE f.month = ?
ORDER BY k.key, p.source
