-- Rows of the pull in force that a partial pull leaves as they are.
INSERT INTO summary_month (pull, customer_key, has_value, whole, frac, exact)
SELECT :pull, customer_key, has_value, whole, frac, exact
FROM summary_month
WHERE pull = :from AND customer_key > :after AND customer_key <= :through
  AND customer_key NOT IN (SELECT value FROM json_each(:selected))
ON CONFLICT DO NOTHING
