-- The runs of a month that are not voided, of the customers in a JSON list of ids; a month's are those whose service
-- period begins in it.
SELECT r.run, kind, month, customer_id, subscription_id, item_id, meter_key, price_id, price, currency, service_from,
       service_to, quantity, measured, usage_fingerprint, usage_pull, lines, engine, booked_from, booked_to,
       input_digest, invoice_id, tool_version, created_at, v.at AS voided_at, v.reason AS void_reason
FROM rating_run AS r
LEFT JOIN rating_run_void AS v ON v.run = r.run
WHERE month = :month
  AND customer_id IN (SELECT value FROM json_each(:customerIds))
  AND v.run IS NULL
ORDER BY customer_id, r.run
