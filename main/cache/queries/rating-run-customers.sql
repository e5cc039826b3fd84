-- The next customers of whom a month has runs, in the order of their ids.
SELECT DISTINCT customer_id
FROM rating_run
WHERE month = :month AND customer_id > :after
ORDER BY customer_id
LIMIT :limit
