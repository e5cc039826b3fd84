-- What finalised invoices charge for one meter and the service periods within a period, and what they take off it by
-- discounts and credits: one row per customer and currency, in the order of customers.
SELECT c.customer_key, l.currency, sum(l.amount_minor), sum(l.discount_minor + l.credit_minor)
FROM price AS p
JOIN invoice_line AS l ON l.price_id = p.id
JOIN invoice AS n ON n.id = l.invoice_id
JOIN customer AS c ON c.id = n.customer_id
WHERE p.meter_id = :meterId
  AND l.service_from >= :from
  AND l.service_to <= :to
  AND n.status IN ('open', 'paid', 'uncollectible')
GROUP BY c.customer_key, l.currency
ORDER BY c.customer_key, l.currency
