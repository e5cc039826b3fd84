-- A credit grant in our words.
INSERT INTO credit_grant (id, customer_id, left_minor, body)
VALUES (?, ?, ?, ?)
