-- One cell's period total.
SELECT whole, frac, invalid AS text, 1 AS has_value
FROM usage_month
WHERE pull = ? AND usage_key = ?
