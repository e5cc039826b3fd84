-- Subscriptions of one customer, oldest first.
SELECT body
FROM subscription
WHERE customer_id = ?
ORDER BY created, id
