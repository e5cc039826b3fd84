-- The pulls of a meter, oldest first within each month, and how the usage was measured.
SELECT a.pull, a.month, a.pulled_at, a.exponent, a.hours, p.fingerprint
FROM usage_arrival AS a
JOIN pull_run AS p USING (pull)
WHERE a.meter_key = ?
ORDER BY a.month, a.pull
