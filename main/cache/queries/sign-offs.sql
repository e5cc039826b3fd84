-- Sign-offs of a month, or of all months, oldest first.
SELECT id, at, month, version, role, name, content_hash
FROM sign_off
WHERE :month IS NULL OR month = :month
ORDER BY id
