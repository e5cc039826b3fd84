-- How many subscription items hang on each price.
SELECT price_id, count(*)
FROM subscription_item
GROUP BY price_id
