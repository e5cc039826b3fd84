-- Invoice lines whose price counts on one meter and whose service period touches a period.
SELECT c.customer_key, n.status, n.number, p.meter_id, l.id, l.invoice_id, l.amount_minor, l.currency, l.description,
       l.quantity, l.unit_amount, l.price_id, l.subscription_id, l.subscription_item_id, l.service_from, l.service_to,
       l.is_proration, l.origin, l.discount_minor, l.discounts, l.credit_minor, l.taxes
FROM price AS p
JOIN invoice_line AS l ON l.price_id = p.id
JOIN invoice AS n ON n.id = l.invoice_id
JOIN customer AS c ON c.id = n.customer_id
WHERE p.meter_id = :meterId
  AND l.service_from < :to
  AND l.service_to > :from
ORDER BY c.customer_key, l.invoice_id, l.position
