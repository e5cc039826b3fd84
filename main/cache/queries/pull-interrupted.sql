-- Pulls whose process died: nobody else writes now, so none of them is running.
UPDATE pull_run
SET state = 'failed', failure = 'The process ended before the pull did.'
WHERE state = 'running'
