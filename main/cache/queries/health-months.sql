-- Months of which shadow mode saw a meter, newest first.
SELECT DISTINCT month
FROM shadow_run
JOIN shadow_reading ON shadow_reading.run = shadow_run.run
WHERE shadow_reading.meter_key = :meterKey
ORDER BY month DESC
