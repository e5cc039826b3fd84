-- The customers with an item of one meter: the lowest and the highest.
SELECT (SELECT min(customer_key) FROM metered_item WHERE meter_id = :meterId),
       (SELECT max(customer_key) FROM metered_item WHERE meter_id = :meterId)
