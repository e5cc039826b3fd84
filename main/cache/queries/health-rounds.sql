-- The newest rounds of shadow mode that saw a meter, one row per verdict, oldest round first.
SELECT shadow_run.run, shadow_run.at, shadow_run.month, verdict, count(*) AS cells,
       min(age_ms) AS newest_age_ms, max(age_ms) AS oldest_age_ms
FROM shadow_run
JOIN shadow_reading ON shadow_reading.run = shadow_run.run
WHERE shadow_reading.meter_key = :meterKey
  AND shadow_run.run IN (
    SELECT run FROM shadow_run WHERE :month IS NULL OR month = :month ORDER BY run DESC LIMIT :limit
  )
GROUP BY shadow_run.run, verdict
ORDER BY shadow_run.run
