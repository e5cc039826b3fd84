-- The newest unfinished Stripe pull of the same question, not older than the given instant.
SELECT pull, started_at
FROM pull_run
WHERE source = 'stripe'
  AND month = :month
  AND meter_key = :meterKey
  AND state IN ('running', 'failed', 'cancelled')
  AND is_swept = 0
  AND started_at > :since
  AND started_at <= :now
  AND fingerprint = :fingerprint
  AND mapping_fingerprint = :mappingFingerprint
  AND selection IS :selection
  AND stripe_meter_id IS :stripeMeterId
ORDER BY pull DESC
LIMIT 1
