-- The rows of a pull are gone.
UPDATE pull_run
SET is_swept = 1
WHERE pull = ?
