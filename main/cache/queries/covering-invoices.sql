-- Finalised invoices of subscriptions with an item of one customer on one meter, that cover a period as far as the item
-- was alive in it.
SELECT n.subscription_id, m.item_id, max(:from, m.alive_from), min(:to, ifnull(m.alive_to, :to))
FROM metered_item AS m
JOIN subscription_item AS i ON i.id = m.item_id
JOIN invoice AS n ON n.subscription_id = i.subscription_id
WHERE m.meter_id = :meterId
  AND m.customer_key = :customerKey
  AND m.alive_from < :to
  AND (m.alive_to IS NULL OR m.alive_to > :from)
  AND n.status IN ('open', 'paid', 'uncollectible')
  AND n.period_from <= max(:from, m.alive_from)
  AND n.period_to >= min(:to, ifnull(m.alive_to, :to))
