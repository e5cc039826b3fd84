-- The catalog is replaced as a whole.
DELETE FROM tax_rate
