-- The subscriptions of the next customers, in the order of customer ids; those of a customer stay together.
SELECT customer_id, body
FROM subscription
WHERE customer_id IN (
  SELECT DISTINCT customer_id
  FROM subscription
  WHERE customer_id > ?
  ORDER BY customer_id
  LIMIT ?
)
ORDER BY customer_id, created, id
