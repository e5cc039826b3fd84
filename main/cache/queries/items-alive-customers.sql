-- Customers with such an item.
SELECT DISTINCT c.customer_key
FROM price AS p
JOIN subscription_item AS i ON i.price_id = p.id
JOIN subscription AS s ON s.id = i.subscription_id
JOIN customer AS c ON c.id = s.customer_id
WHERE p.meter_id = :meterId
  AND s.started_at < :to
  AND (s.ended_at IS NULL OR s.ended_at > :from)
  AND s.status <> 'incomplete_expired'
  AND (i.created < :to OR i.created <= s.created)
