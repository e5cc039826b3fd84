-- What an invoice is called and where it stands.
SELECT number, status
FROM invoice
WHERE id = ?
