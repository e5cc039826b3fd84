-- The cells of one round, by meter and customer; cells without a customer come first.
SELECT
  meter_key.key       AS meter,
  customer.id         AS customer,
  customer.name       AS name,
  usage_identity.usage_id AS usage_id,
  verdict, measured, metered, drift, upstream_ok, held_hour, age_ms, pitfalls
FROM shadow_reading
JOIN meter_key ON meter_key.meter_key = shadow_reading.meter_key
LEFT JOIN customer ON customer.customer_key = shadow_reading.customer_key
LEFT JOIN usage_identity ON usage_identity.usage_key = shadow_reading.usage_key
WHERE run = ?
ORDER BY meter_key.key, customer.id, usage_identity.usage_id
