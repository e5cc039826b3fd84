-- Usage ids in key order.
SELECT usage_key, usage_id
FROM usage_identity
WHERE usage_key > ?
ORDER BY usage_key
LIMIT ?
