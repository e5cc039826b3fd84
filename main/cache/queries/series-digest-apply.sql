-- What was transferred is known from now on.
INSERT INTO series_digest (meter_key, month, usage_key, digest)
SELECT :meterKey, :month, usage_key, digest
FROM series_staged_digest
WHERE pull = :pull
ON CONFLICT (meter_key, month, usage_key) DO UPDATE SET digest = excluded.digest
