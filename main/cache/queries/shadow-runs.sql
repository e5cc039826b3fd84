-- The newest rounds of shadow mode, newest first; of one month where one is given.
SELECT run, month, at, cells, structural, stale, exit_code
FROM shadow_run
WHERE :month IS NULL OR month = :month
ORDER BY run DESC
LIMIT :limit
