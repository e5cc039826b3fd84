-- Corrections of late usage that stand on an invoice and are booked on a period that begins in the given one. Only where
-- a decision said so is there a correction to look for.
SELECT c.customer_key, r.meter_key, r.currency, r.lines, r.engine, r.service_from, r.service_to, r.booked_from, r.booked_to
FROM rating_run AS r
JOIN customer AS c ON c.id = r.customer_id
LEFT JOIN rating_run_void AS v ON v.run = r.run
WHERE (r.month, r.customer_id) IN (SELECT month, customer_id FROM late_decision WHERE decision = 'invoiced')
  AND r.kind = 'correction'
  AND r.booked_from >= :from
  AND r.booked_from < :to
  AND v.run IS NULL
ORDER BY r.run
