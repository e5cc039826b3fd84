-- Usage ids after one id, in byte order.
SELECT usage_id, usage_key
FROM usage_identity
WHERE usage_id > ?
ORDER BY usage_id
LIMIT ?
