-- The hours of one month that were in force when a run was recorded.
INSERT INTO rating_run_hours (run, month, exponent, hours)
VALUES (?, ?, ?, ?)
