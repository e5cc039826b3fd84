-- One item of a metered price, under the key of its customer; of a customer that is not in the cache there is none.
INSERT OR REPLACE INTO metered_item (meter_id, customer_key, item_id, price_id, currency, period_to, alive_from, alive_to)
SELECT :meterId, customer_key, :itemId, :priceId, :currency, :periodTo, :aliveFrom, :aliveTo
FROM customer
WHERE id = :customerId
