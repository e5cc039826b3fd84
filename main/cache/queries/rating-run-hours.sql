-- The packed hours that were in force when a run was recorded, by month.
SELECT month, exponent, hours
FROM rating_run_hours
WHERE run = ?
ORDER BY month
