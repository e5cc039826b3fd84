-- Invoice lines of one customer whose price counts on one meter and whose service period touches a period.
SELECT c.customer_key, n.status, n.number, p.meter_id, l.id, l.invoice_id, l.amount_minor, l.currency, l.description,
       l.quantity, l.unit_amount, l.price_id, l.subscription_id, l.subscription_item_id, l.service_from, l.service_to,
       l.is_proration, l.origin, l.discount_minor, l.discounts, l.credit_minor, l.taxes
FROM customer AS c
JOIN invoice AS n ON n.customer_id = c.id
JOIN invoice_line AS l ON l.invoice_id = n.id
JOIN price AS p ON p.id = l.price_id
WHERE c.customer_key = :customerKey
  AND p.meter_id = :meterId
  AND l.service_from < :to
  AND l.service_to > :from
ORDER BY l.invoice_id, l.position
