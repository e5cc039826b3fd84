-- Who is who, in key order, from a key on.
SELECT customer_key, id, name, test_clock FROM customer WHERE customer_key > ? ORDER BY customer_key LIMIT ?
