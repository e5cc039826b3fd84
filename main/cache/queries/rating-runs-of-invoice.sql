-- What is recorded of an invoice, voided or not.
SELECT item_id, price_id, service_from, service_to
FROM rating_run
WHERE invoice_id = ? AND kind = 'billed'
