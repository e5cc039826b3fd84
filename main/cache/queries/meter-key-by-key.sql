-- The surrogate key of a meter.
SELECT meter_key
FROM meter_key
WHERE key = ?
