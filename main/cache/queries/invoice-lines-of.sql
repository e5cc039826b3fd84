-- The lines of some invoices, given as a JSON list of ids, as they stand on each.
SELECT l.id, invoice_id, amount_minor, currency, description, quantity, unit_amount, price_id, subscription_id,
       subscription_item_id, service_from, service_to, is_proration, origin, discount_minor, discounts, credit_minor,
       taxes
FROM json_each(?) AS i
CROSS JOIN invoice_line AS l ON l.invoice_id = i.value
ORDER BY invoice_id, position
