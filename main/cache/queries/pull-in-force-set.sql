-- From here on this pull speaks for its (month, meter, source).
INSERT INTO pull_in_force (month, meter_key, source, pull)
SELECT month, meter_key, source, pull
FROM pull_run
WHERE pull = ?
ON CONFLICT (month, meter_key, source) DO UPDATE SET pull = excluded.pull
