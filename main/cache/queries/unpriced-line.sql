-- The first line of a finalised invoice for an item of one customer on one meter, whose price the cache does not know, with
-- its service period within a period.
SELECT l.id
FROM customer AS c
JOIN invoice AS n ON n.customer_id = c.id
JOIN invoice_line AS l ON l.invoice_id = n.id
JOIN metered_item AS m ON m.meter_id = :meterId AND m.customer_key = c.customer_key AND m.item_id = l.subscription_item_id
WHERE c.customer_key = :customerKey
  AND n.status IN ('open', 'paid', 'uncollectible')
  AND l.service_from >= :from
  AND l.service_to <= :to
  AND NOT EXISTS (SELECT 1 FROM price AS p WHERE p.id = l.price_id)
ORDER BY l.invoice_id, l.position
LIMIT 1
