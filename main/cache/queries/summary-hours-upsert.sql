-- Stripe's hours of one cell.
INSERT INTO summary_hours (pull, customer_key, hours)
VALUES (?, ?, ?)
ON CONFLICT (pull, customer_key) DO UPDATE SET hours = excluded.hours
