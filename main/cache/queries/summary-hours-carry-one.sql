-- The hours of such a cell.
INSERT INTO summary_hours (pull, customer_key, hours)
SELECT :pull, customer_key, hours
FROM summary_hours
WHERE pull = :from AND customer_key = :customerKey
ON CONFLICT DO NOTHING
