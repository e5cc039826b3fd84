-- Pulls that do not count and whose rows may still be there; an unfinished Stripe pull that is young may go on.
SELECT pull
FROM pull_run
WHERE is_swept = 0
  AND state IN ('failed', 'cancelled', 'superseded')
  AND NOT (source = 'stripe' AND state <> 'superseded' AND started_at > :since)
ORDER BY pull
