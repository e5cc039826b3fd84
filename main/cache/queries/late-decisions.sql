-- The decisions of a month in the order in which they were made.
SELECT id, customer_id, meter_key, digest, decision, note, author, at
FROM late_decision
WHERE month = ?
ORDER BY id
