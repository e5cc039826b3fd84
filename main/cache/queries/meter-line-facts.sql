-- What a tie-out needs of the invoice lines whose price counts on one meter and whose service period touches a period,
-- in the order of customers. An amount that a plain number cannot hold comes as text.
SELECT c.customer_key, n.status, l.invoice_id, l.id, l.price_id, l.subscription_item_id, l.service_from, l.service_to,
       l.is_proration, l.quantity,
       iif(l.amount_minor BETWEEN -9007199254740991 AND 9007199254740991, l.amount_minor, CAST(l.amount_minor AS TEXT)),
       l.currency, l.subscription_id
FROM price AS p
JOIN invoice_line AS l ON l.price_id = p.id
JOIN invoice AS n ON n.id = l.invoice_id
JOIN customer AS c ON c.id = n.customer_id
WHERE p.meter_id = :meterId
  AND l.service_from < :to
  AND l.service_to > :from
ORDER BY c.customer_key, l.invoice_id, l.position
