-- A subscription in our words.
INSERT INTO subscription (id, customer_id, status, started_at, ended_at, created, body)
VALUES (?, ?, ?, ?, ?, ?, ?)
