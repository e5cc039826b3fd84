-- When usage of a meter was first pulled as it is measured now, where it was pulled in another way before.
SELECT min(p.started_at) AS at
FROM pull_run AS p
WHERE p.meter_key = :meterKey AND p.source = 'clickhouse' AND p.fingerprint = :fingerprint
  AND p.state IN ('complete', 'superseded')
  AND p.started_at > (
    SELECT max(q.started_at)
    FROM pull_run AS q
    WHERE q.meter_key = :meterKey AND q.source = 'clickhouse' AND q.fingerprint <> :fingerprint
      AND q.state IN ('complete', 'superseded')
  )
