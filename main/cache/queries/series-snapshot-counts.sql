-- The counts of a snapshot.
SELECT usage_key, active
FROM series_snapshot_count
WHERE meter_key = :meterKey AND month = :month
ORDER BY usage_key
