-- When the series of a month were read.
SELECT read_at
FROM series_read
WHERE meter_key = :meterKey AND month = :month
