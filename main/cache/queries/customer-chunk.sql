-- Customers in key order: what a list or a mapping needs of each.
SELECT customer_key, id, name, email, metadata, is_deleted, test_clock, is_vanished
FROM customer
WHERE customer_key > ?
ORDER BY customer_key
LIMIT ?
