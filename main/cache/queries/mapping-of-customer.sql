-- Usage ids of one customer.
SELECT i.usage_key, i.usage_id
FROM mapping AS m
JOIN usage_identity AS i USING (usage_key)
WHERE m.customer_key = ?
ORDER BY i.usage_id
