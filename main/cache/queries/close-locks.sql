-- The locks of a month, or of all months, oldest first, without what they hold; how each was opened again.
SELECT close_lock.month, close_lock.version, close_lock.at, close_lock.actor, close_lock.content_hash,
       close_reopen.at AS reopened_at, close_reopen.actor AS reopened_by, close_reopen.reason
FROM close_lock
LEFT JOIN close_reopen USING (month, version)
WHERE :month IS NULL OR close_lock.month = :month
ORDER BY close_lock.month, close_lock.version
