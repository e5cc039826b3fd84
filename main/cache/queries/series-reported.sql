-- Distinct series per usage id, as ClickHouse counted them.
SELECT usage_key, whole
FROM usage_month
WHERE pull = ? AND invalid IS NULL
ORDER BY usage_key
