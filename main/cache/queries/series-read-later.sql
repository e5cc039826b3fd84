-- Whether a later month of the meter was read, whose activity may have left an earlier one.
SELECT 1 AS is_later
FROM series_read
WHERE meter_key = :meterKey AND month > :month
LIMIT 1
