-- When Stripe made a customer.
SELECT created FROM customer WHERE customer_key = ?
