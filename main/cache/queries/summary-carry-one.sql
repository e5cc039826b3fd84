-- A cell that Stripe can no longer be asked for keeps what an earlier pull found.
INSERT INTO summary_month (pull, customer_key, has_value, whole, frac, exact)
SELECT :pull, customer_key, has_value, whole, frac, exact
FROM summary_month
WHERE pull = :from AND customer_key = :customerKey
ON CONFLICT DO NOTHING
