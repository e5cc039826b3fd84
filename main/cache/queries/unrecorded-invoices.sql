-- Finalised invoices with a line of a meter that touches a period and that no run has recorded.
SELECT DISTINCT l.invoice_id
FROM price AS p
JOIN invoice_line AS l ON l.price_id = p.id AND l.service_from < :to AND l.service_to > :from
JOIN invoice AS n ON n.id = l.invoice_id
WHERE p.meter_id IN (SELECT value FROM json_each(:meterIds))
  AND n.status IN ('open', 'paid', 'uncollectible')
  AND l.service_to > l.service_from
  AND l.is_proration = 0
  AND NOT EXISTS (
    SELECT 1
    FROM rating_run AS r
    WHERE r.kind = 'billed'
      AND r.invoice_id = l.invoice_id
      AND r.item_id = ifnull(l.subscription_item_id, '')
      AND r.price_id = l.price_id
      AND r.service_from = l.service_from
      AND r.service_to = l.service_to
  )
ORDER BY l.invoice_id
