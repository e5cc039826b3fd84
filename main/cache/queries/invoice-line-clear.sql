-- Lines of an invoice that is read anew.
DELETE FROM invoice_line
WHERE invoice_id = ?
