-- The catalog is replaced as a whole.
DELETE FROM credit_grant
