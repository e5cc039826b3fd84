-- The snapshot of a month.
SELECT taken_at, ends_at, visibility, end_mode
FROM series_snapshot
WHERE meter_key = :meterKey AND month = :month
