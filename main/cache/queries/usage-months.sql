-- Months in which anything was measured of a usage id; what a pipeline measures beside is left out.
SELECT DISTINCT held.month
FROM pull_in_force AS held
JOIN usage_month AS total ON total.pull = held.pull AND total.usage_key = ?
WHERE held.source = 'clickhouse'
  AND held.meter_key NOT IN (SELECT meter_key FROM meter_key WHERE key GLOB 'pipeline/*')
ORDER BY held.month
