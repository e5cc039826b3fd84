-- A tax rate in our words.
INSERT INTO tax_rate (id, body)
VALUES (?, ?)
