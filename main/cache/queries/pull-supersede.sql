-- The pull that was in force until now, if another one was.
UPDATE pull_run
SET state = 'superseded'
WHERE pull = (
  SELECT f.pull
  FROM pull_run AS p
  JOIN pull_in_force AS f USING (month, meter_key, source)
  WHERE p.pull = :pull AND f.pull <> :pull
)
