-- Months in which Stripe holds anything of a customer.
SELECT DISTINCT held.month
FROM pull_in_force AS held
JOIN summary_month AS total ON total.pull = held.pull AND total.customer_key = ?
WHERE held.source = 'stripe' AND total.has_value = 1
ORDER BY held.month
