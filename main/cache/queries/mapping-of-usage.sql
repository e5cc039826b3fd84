-- Customers that a usage id fits.
SELECT c.customer_key, c.id
FROM mapping AS m
JOIN customer AS c USING (customer_key)
WHERE m.usage_key = ?
ORDER BY c.id
