-- Cells that a pull has asked for by the hour already.
SELECT customer_key
FROM summary_hours
WHERE pull = ?
