-- How many live runs billed a month, and when they were recorded.
SELECT count(*), min(created_at), max(created_at)
FROM rating_run AS r
WHERE month = ? AND kind = 'billed' AND NOT EXISTS (SELECT 1 FROM rating_run_void AS v WHERE v.run = r.run)
