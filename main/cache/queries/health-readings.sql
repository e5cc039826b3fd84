-- One cell, round by round, newest first; keys 0: no customer, no usage id.
SELECT shadow_reading.run, shadow_run.at, shadow_run.month,
       verdict, measured, metered, drift, upstream_ok, held_hour, age_ms, pitfalls
FROM shadow_reading
JOIN shadow_run ON shadow_run.run = shadow_reading.run
WHERE meter_key = :meterKey AND customer_key = :customerKey
  AND (:usageKey = 0 OR customer_key > 0 OR usage_key = :usageKey)
  AND (:month IS NULL OR shadow_run.month = :month)
ORDER BY shadow_reading.run DESC
LIMIT :limit
