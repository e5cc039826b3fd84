-- An unfinished pull goes on.
UPDATE pull_run
SET state = 'running', finished_at = NULL, failure = NULL
WHERE pull = ?
