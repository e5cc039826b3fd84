-- Subscription items whose price counts on one meter and whose subscription was alive in a period. An item made with its
-- subscription lives as long as that says (it may be dated back); a later one from its own day.
SELECT c.customer_key, p.meter_id, i.price_id, i.id AS item_id, s.id AS subscription_id, i.period_from, i.period_to,
       s.started_at, s.ended_at,
       s.body ->> '$.currency' AS currency,
       s.body ->> '$.billingCycleAnchor' AS anchor,
       s.body ->> '$.trial.from' AS trial_from,
       s.body ->> '$.trial.to' AS trial_to
FROM price AS p
JOIN subscription_item AS i ON i.price_id = p.id
JOIN subscription AS s ON s.id = i.subscription_id
JOIN customer AS c ON c.id = s.customer_id
WHERE p.meter_id = :meterId
  AND s.started_at < :to
  AND (s.ended_at IS NULL OR s.ended_at > :from)
  AND s.status <> 'incomplete_expired'
  AND (i.created < :to OR i.created <= s.created)
ORDER BY c.customer_key, i.id
