-- The key of a meter.
SELECT key
FROM meter_key
WHERE meter_key = ?
