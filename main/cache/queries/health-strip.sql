-- The verdicts of one cell since a round, oldest first.
SELECT run, verdict
FROM shadow_reading
WHERE meter_key = :meterKey AND customer_key = :customerKey AND usage_key = :usageKey AND run >= :since
ORDER BY run
