-- Some rows of a pull that does not count.
DELETE FROM summary_month
WHERE pull = :pull AND customer_key IN (SELECT customer_key FROM summary_month WHERE pull = :pull LIMIT :rows)
