-- Cells of a usage pull in byte order of the usage id: what its content hash covers.
SELECT i.usage_id, u.whole, u.frac, u.invalid, h.hours
FROM (SELECT usage_id, usage_key FROM usage_identity WHERE usage_id > :after ORDER BY usage_id LIMIT :rows) AS i
LEFT JOIN usage_month AS u ON u.pull = :pull AND u.usage_key = i.usage_key
LEFT JOIN usage_hours AS h ON h.pull = :pull AND h.usage_key = i.usage_key
ORDER BY i.usage_id
