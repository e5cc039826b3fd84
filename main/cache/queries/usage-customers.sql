-- Customers with any measured usage in a pull.
SELECT DISTINCT m.customer_key
FROM usage_month AS u
JOIN mapping AS m USING (usage_key)
WHERE u.pull = ?
