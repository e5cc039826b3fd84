-- Metered items of one meter that were alive in a period, in the order of customers, from a customer on.
SELECT customer_key, price_id, currency, period_to
FROM metered_item
WHERE meter_id = ? AND customer_key > ? AND alive_from < ? AND (alive_to IS NULL OR alive_to > ?)
ORDER BY customer_key, item_id
LIMIT ?
