-- Months in which anything was measured of a usage id.
SELECT DISTINCT held.month
FROM pull_in_force AS held
JOIN usage_month AS total ON total.pull = held.pull AND total.usage_key = ?
WHERE held.source = 'clickhouse'
ORDER BY held.month
