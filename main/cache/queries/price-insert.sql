-- A price in our words, in the place of one that stayed.
INSERT OR REPLACE INTO price (id, meter_id, body)
VALUES (?, ?, ?)
