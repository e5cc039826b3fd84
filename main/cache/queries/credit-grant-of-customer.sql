-- Credit grants of one customer and what is left of each.
SELECT body, left_minor
FROM credit_grant
WHERE customer_id = ?
ORDER BY id
