-- The surrogate key of a usage id.
SELECT usage_key
FROM usage_identity
WHERE usage_id = ?
