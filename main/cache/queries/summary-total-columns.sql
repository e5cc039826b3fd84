-- Stripe's totals of a range of keys as columns: JSON lists in the order of the key (a whole of null: Stripe holds no
-- event), and the texts of what does not fit two integers.
SELECT json_group_array(customer_key), json_group_array(iif(has_value, whole, NULL)), json_group_array(frac),
       json_group_array(json_array(customer_key, exact)) FILTER (WHERE exact IS NOT NULL)
FROM summary_month
WHERE pull = ? AND customer_key > ? AND customer_key <= ?
