-- No month of a meter counts as read.
DELETE FROM series_read
WHERE meter_key = ?
