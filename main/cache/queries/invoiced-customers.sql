-- Customers with a finalised invoice of a subscription whose period touches a period.
SELECT DISTINCT c.customer_key
FROM invoice AS n
JOIN customer AS c ON c.id = n.customer_id
WHERE n.status IN ('open', 'paid', 'uncollectible')
  AND n.subscription_id IS NOT NULL
  AND n.period_from < :to
  AND n.period_to > :from
