-- The runs of a month, or of one customer in it, that are not voided; a month's are those whose service period begins in it.
SELECT run, kind, month, customer_id, subscription_id, item_id, meter_key, price_id, price, currency, service_from,
       service_to, quantity, measured, usage_fingerprint, usage_pull, lines, engine, booked_from, booked_to,
       input_digest, invoice_id, tool_version, created_at
FROM rating_run AS r
WHERE month = :month
  AND (:customerId IS NULL OR customer_id = :customerId)
  AND NOT EXISTS (SELECT 1 FROM rating_run_void AS v WHERE v.run = r.run)
ORDER BY run
