-- Everything that is recorded of a customer's meter in a month, voided runs too.
SELECT r.run, kind, month, customer_id, subscription_id, item_id, meter_key, price_id, price, currency, service_from,
       service_to, quantity, measured, usage_fingerprint, usage_pull, lines, engine, booked_from, booked_to,
       input_digest, invoice_id, tool_version, created_at, v.at AS voided_at, v.reason AS void_reason
FROM rating_run AS r
LEFT JOIN rating_run_void AS v ON v.run = r.run
WHERE month = :month AND customer_id = :customerId AND meter_key = :meterKey
ORDER BY r.run
