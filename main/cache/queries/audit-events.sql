-- The audit log, oldest entry first.
SELECT seq, at, actor, action, month, body, previous_hash, hash
FROM audit_event
ORDER BY seq
