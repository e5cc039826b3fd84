-- The newest entries of the audit log, of one month where one is given.
SELECT seq, at, actor, action, month, body, previous_hash, hash
FROM audit_event
WHERE :month IS NULL OR month = :month
ORDER BY seq DESC
LIMIT :limit
