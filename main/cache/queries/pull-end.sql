-- A pull that ended without taking effect.
UPDATE pull_run
SET state = :state, finished_at = :finishedAt, failure = :failure
WHERE pull = :pull AND state = 'running'
