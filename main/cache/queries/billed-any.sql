-- Whether a finalised invoice charges a meter of a JSON list for a service period within a period.
SELECT 1
FROM price AS p
JOIN invoice_line AS l ON l.price_id = p.id
JOIN invoice AS n ON n.id = l.invoice_id
WHERE p.meter_id IN (SELECT value FROM json_each(:meterIds))
  AND l.service_from >= :from
  AND l.service_to <= :to
  AND n.status IN ('open', 'paid', 'uncollectible')
LIMIT 1
