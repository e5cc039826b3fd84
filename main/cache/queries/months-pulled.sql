-- Months of which anything is in force.
SELECT DISTINCT month
FROM pull_in_force
ORDER BY month
