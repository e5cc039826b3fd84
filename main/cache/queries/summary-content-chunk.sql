-- Cells of a Stripe pull in byte order of the customer: what its content hash covers.
SELECT i.id, s.whole, s.frac, s.exact, h.hours, s.has_value
FROM (SELECT id, customer_key FROM customer WHERE id > :after ORDER BY id LIMIT :rows) AS i
LEFT JOIN summary_month AS s ON s.pull = :pull AND s.customer_key = i.customer_key
LEFT JOIN summary_hours AS h ON h.pull = :pull AND h.customer_key = i.customer_key
ORDER BY i.id
