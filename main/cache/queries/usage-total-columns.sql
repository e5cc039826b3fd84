-- Period totals of a range of keys as columns: JSON lists in the order of the key, and the texts of what is no number.
SELECT json_group_array(usage_key), json_group_array(whole), json_group_array(frac),
       json_group_array(json_array(usage_key, invalid)) FILTER (WHERE invalid IS NOT NULL)
FROM usage_month
WHERE pull = ? AND usage_key > ? AND usage_key <= ?
