-- The newest catalog.
SELECT pull, started_at
FROM pull_run
WHERE source = 'catalog' AND state = 'complete'
ORDER BY pull DESC
LIMIT 1
