-- Cells of a pull, and how many of them have hours.
SELECT
  (SELECT count(*) FROM summary_month WHERE pull = :pull) AS cells,
  (SELECT count(*) FROM summary_hours WHERE pull = :pull) AS hourly
