-- The counts of a month that is not over yet.
DELETE FROM series_snapshot_count
WHERE meter_key = :meterKey AND month = :month
