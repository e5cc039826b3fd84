-- Pulls that do not count and whose rows may still be there.
SELECT pull
FROM pull_run
WHERE is_swept = 0 AND state IN ('failed', 'cancelled', 'superseded')
ORDER BY pull
