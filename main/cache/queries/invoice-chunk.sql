-- Invoices in the order of their ids, with a line in a period where that is given.
SELECT id, number, customer_id, subscription_id, status, currency, billing_reason, period_from, period_to, created,
       finalized_at, subtotal_minor, discount_minor, credit_minor, tax_minor, total_minor, starting_balance_minor,
       ending_balance_minor, due_minor, is_automatic_tax
FROM invoice
WHERE id > :after
  AND (:from IS NULL OR EXISTS (
    SELECT 1
    FROM invoice_line AS l
    WHERE l.invoice_id = invoice.id
      AND l.service_from < :to
      AND (l.service_to > :from OR l.service_from >= :from)
  ))
ORDER BY id
LIMIT :limit
