-- A run that is from now on as if it never was.
INSERT INTO rating_run_void (run, at, reason)
VALUES (?, ?, ?)
