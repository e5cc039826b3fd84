-- What the kept series of a meter mean.
SELECT fingerprint
FROM series_cache
WHERE meter_key = ?
