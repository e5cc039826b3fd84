-- What was read for this month before.
DELETE FROM invoice_month
WHERE month = ?
