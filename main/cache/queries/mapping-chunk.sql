-- The mapping in key order.
SELECT usage_key, customer_key
FROM mapping
WHERE (usage_key, customer_key) > (?, ?)
ORDER BY usage_key, customer_key
LIMIT ?
