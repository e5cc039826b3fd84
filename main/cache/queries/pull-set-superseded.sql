-- A pull that counted until now.
UPDATE pull_run
SET state = 'superseded'
WHERE pull = ?
