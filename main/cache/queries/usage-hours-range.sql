-- Packed hours of one pull, of a range of usage ids.
SELECT usage_key, hours
FROM usage_hours
WHERE pull = ? AND usage_key > ? AND usage_key <= ?
ORDER BY usage_key
