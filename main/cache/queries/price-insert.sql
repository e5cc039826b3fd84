-- A price in our words.
INSERT INTO price (id, meter_id, body)
VALUES (?, ?, ?)
