-- The newest reading of each cell of a meter since a round; of one month where one is given. A cell is a customer, or
-- a usage id that is nobody's.
WITH newest AS
(
  SELECT customer_key, usage_key, max(run) AS run
  FROM shadow_reading INDEXED BY shadow_reading_by_cell
  WHERE meter_key = :meterKey AND run >= :since
    AND (:month IS NULL OR run IN (SELECT run FROM shadow_run WHERE month = :month))
  GROUP BY customer_key, CASE WHEN customer_key = 0 THEN usage_key END
)
SELECT newest.customer_key, newest.usage_key, newest.run, shadow_run.at, verdict, drift, age_ms, pitfalls,
       customer.id AS customer, customer.name AS name, usage_identity.usage_id AS usage_id
FROM newest
JOIN shadow_reading ON shadow_reading.run = newest.run AND shadow_reading.meter_key = :meterKey
  AND shadow_reading.customer_key = newest.customer_key AND shadow_reading.usage_key = newest.usage_key
JOIN shadow_run ON shadow_run.run = newest.run
LEFT JOIN customer ON customer.customer_key = newest.customer_key
LEFT JOIN usage_identity ON usage_identity.usage_key = newest.usage_key
