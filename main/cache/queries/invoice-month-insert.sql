-- An invoice belongs to what was read for a month.
INSERT INTO invoice_month (invoice_id, month)
VALUES (?, ?)
ON CONFLICT DO NOTHING
