-- No pull speaks for this meter any more.
DELETE FROM pull_in_force
WHERE month = :month AND meter_key = :meterKey AND source = 'stripe'
