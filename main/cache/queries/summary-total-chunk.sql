-- Stripe's totals of a pull in key order.
SELECT customer_key, whole, frac, exact, has_value
FROM summary_month
WHERE pull = ? AND customer_key > ?
ORDER BY customer_key
LIMIT ?
