-- A range of usage ids with whose they are: one row for each customer that an id belongs to.
SELECT identity.usage_key, identity.usage_id, customer.customer_key, customer.id, customer.name, customer.metadata
FROM usage_identity AS identity
LEFT JOIN mapping ON mapping.usage_key = identity.usage_key
LEFT JOIN customer ON customer.customer_key = mapping.customer_key
WHERE identity.usage_key > ? AND identity.usage_key <= ?
ORDER BY identity.usage_key, customer.id
