-- The lines of one invoice, as they stand on it.
SELECT id, invoice_id, amount_minor, currency, description, quantity, unit_amount, price_id, subscription_id,
       subscription_item_id, service_from, service_to, is_proration, origin, discount_minor, discounts, credit_minor,
       taxes
FROM invoice_line
WHERE invoice_id = ?
ORDER BY position
