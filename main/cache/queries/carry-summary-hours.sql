-- Their hours.
INSERT INTO summary_hours (pull, customer_key, hours)
SELECT :pull, customer_key, hours
FROM summary_hours
WHERE pull = :from AND customer_key > :after AND customer_key <= :through
  AND customer_key NOT IN (SELECT value FROM json_each(:selected))
ON CONFLICT DO NOTHING
