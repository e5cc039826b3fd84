-- Raises the last activity, never lowers it; what is newest says whether a series is private.
INSERT INTO series_seen (meter_key, usage_key, series, last_seen, is_private)
SELECT :meterKey, usage_key, series, seen_at, is_private
FROM series_staged
WHERE pull = :pull AND seen_at IS NOT NULL
ON CONFLICT (meter_key, usage_key, series) DO UPDATE
SET last_seen = excluded.last_seen, is_private = excluded.is_private
WHERE excluded.last_seen >= last_seen
