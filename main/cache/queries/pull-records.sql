-- Pulls of meters, newest first, whatever became of them.
SELECT p.pull, p.month, k.key AS meter, p.source, p.state, p.started_at, p.finished_at, p.rows, p.requests, p.failure,
       f.pull IS NOT NULL AS is_in_force
FROM pull_run AS p
JOIN meter_key AS k USING (meter_key)
LEFT JOIN pull_in_force AS f ON f.pull = p.pull
ORDER BY p.pull DESC
LIMIT ?
