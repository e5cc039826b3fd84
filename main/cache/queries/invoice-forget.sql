-- Invoices that no month holds any more (a deleted draft).
DELETE FROM invoice
WHERE id NOT IN (SELECT invoice_id FROM invoice_month)
