-- The verdicts of one cell since a round, oldest first. A usage id tells cells apart where there is no customer.
SELECT run, verdict
FROM shadow_reading
WHERE meter_key = :meterKey AND customer_key = :customerKey AND run >= :since
  AND (customer_key > 0 OR usage_key = :usageKey)
ORDER BY run
