-- Metered items of one meter that were alive in a period, of a range of customers, as two JSON lists in the order of
-- customers: the customer, and `price currency end-of-current-period` in one text, which most items share.
SELECT json_group_array(customer_key), json_group_array(price_id || ' ' || currency || ' ' || ifnull(period_to, ''))
FROM metered_item
WHERE meter_id = ? AND customer_key > ? AND customer_key <= ? AND alive_from < ? AND (alive_to IS NULL OR alive_to > ?)
