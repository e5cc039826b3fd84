-- Some rows of a pull that does not count.
DELETE FROM summary_hours
WHERE pull = :pull AND customer_key IN (SELECT customer_key FROM summary_hours WHERE pull = :pull LIMIT :rows)
