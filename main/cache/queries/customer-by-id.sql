-- One customer, by Stripe's id.
SELECT customer_key, id, name, email, metadata, currency, balance_minor, is_deleted, test_clock, created
FROM customer
WHERE id = ?
