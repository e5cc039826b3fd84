-- What Stripe holds for one cell.
SELECT whole, frac, exact AS text, has_value
FROM summary_month
WHERE pull = ? AND customer_key = ?
