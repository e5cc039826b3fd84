-- The newest reading of each cell of a meter since a round; of one month where one is given.
SELECT shadow_reading.customer_key, shadow_reading.usage_key, max(shadow_reading.run) AS run, shadow_run.at,
       verdict, drift, age_ms, pitfalls,
       customer.id AS customer, customer.name AS name, usage_identity.usage_id AS usage_id
FROM shadow_reading
JOIN shadow_run ON shadow_run.run = shadow_reading.run
LEFT JOIN customer ON customer.customer_key = shadow_reading.customer_key
LEFT JOIN usage_identity ON usage_identity.usage_key = shadow_reading.usage_key
WHERE shadow_reading.meter_key = :meterKey
  AND shadow_reading.run >= :since
  AND (:month IS NULL OR shadow_run.month = :month)
GROUP BY shadow_reading.customer_key, shadow_reading.usage_key
