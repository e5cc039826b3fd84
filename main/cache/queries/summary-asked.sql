-- Cells that a pull has asked for already.
SELECT customer_key
FROM summary_month
WHERE pull = ?
