-- Usage ids with a number in a pull.
SELECT count(*) AS count
FROM usage_month
WHERE pull = ?
