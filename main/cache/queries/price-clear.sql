-- The catalog is replaced as a whole; a price that an invoice of the cache was billed at stays, though no list has it now.
DELETE FROM price
WHERE NOT EXISTS (SELECT 1 FROM invoice_line AS l WHERE l.price_id = price.id)
