-- As long as these are the same, so is what was billed, corrected and decided.
SELECT ifnull((SELECT max(run) FROM rating_run), 0), (SELECT count(*) FROM rating_run_void),
       ifnull((SELECT max(id) FROM late_decision), 0)
