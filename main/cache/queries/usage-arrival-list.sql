-- The pulls of a meter without what they found: when they read, and how the usage was measured.
SELECT a.pull, a.month, a.pulled_at, p.fingerprint
FROM usage_arrival AS a
JOIN pull_run AS p USING (pull)
WHERE a.meter_key = ?
ORDER BY a.month, a.pull
