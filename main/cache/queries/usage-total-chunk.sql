-- Period totals of a pull in key order.
SELECT usage_key, whole, frac, invalid
FROM usage_month
WHERE pull = ? AND usage_key > ?
ORDER BY usage_key
LIMIT ?
