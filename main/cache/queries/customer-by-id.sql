-- One customer, by Stripe's id.
SELECT customer_key, id, name, email, metadata, currency, balance_minor, discount, tax_exempt, is_deleted, test_clock,
       created
FROM customer
WHERE id = ?
