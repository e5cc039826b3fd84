-- Invoices of a JSON list of ids.
SELECT id, number, customer_id, subscription_id, status, currency, billing_reason, period_from, period_to, created,
       finalized_at, subtotal_minor, discount_minor, credit_minor, tax_minor, total_minor, starting_balance_minor,
       ending_balance_minor, due_minor, is_automatic_tax
FROM invoice
WHERE id IN (SELECT value FROM json_each(:ids))
ORDER BY id
