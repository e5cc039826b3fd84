-- Runs whose invoice was voided since they were recorded.
SELECT r.run
FROM rating_run AS r
JOIN invoice AS i ON i.id = r.invoice_id
WHERE r.kind = 'billed'
  AND i.status = 'void'
  AND NOT EXISTS (SELECT 1 FROM rating_run_void AS v WHERE v.run = r.run)
ORDER BY r.run
