-- Notes of a month, or of all months, oldest first.
SELECT id, at, author, month, customer_id, usage_id, meter, gate, body, explains, covers
FROM note
WHERE :month IS NULL OR month = :month
ORDER BY id
