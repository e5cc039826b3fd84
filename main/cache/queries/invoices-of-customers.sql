-- Invoices of some customers, given as a JSON list of ids, with a line in a period.
SELECT n.id, number, customer_id, subscription_id, status, currency, billing_reason, period_from, period_to, created,
       finalized_at, subtotal_minor, discount_minor, credit_minor, tax_minor, total_minor, starting_balance_minor,
       ending_balance_minor, due_minor, is_automatic_tax
FROM json_each(:customerIds) AS c
CROSS JOIN invoice AS n ON n.customer_id = c.value
WHERE EXISTS (
  SELECT 1
  FROM invoice_line AS l
  WHERE l.invoice_id = n.id
    AND l.service_from < :to
    AND (l.service_to > :from OR l.service_from >= :from)
)
ORDER BY customer_id, n.id
