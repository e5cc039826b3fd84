-- The newest rounds of shadow mode that saw a meter, newest first; of one month where one is given.
SELECT run, at, month
FROM shadow_run
WHERE (:month IS NULL OR month = :month)
  AND EXISTS (SELECT 1 FROM shadow_reading WHERE shadow_reading.run = shadow_run.run AND meter_key = :meterKey)
ORDER BY run DESC
LIMIT :limit
