-- The packed hours of one metered cell.
SELECT hours
FROM summary_hours
WHERE pull = ? AND customer_key = ?
