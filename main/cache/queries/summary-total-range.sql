-- The keys of a Stripe pull's totals: the lowest and the highest.
SELECT (SELECT min(customer_key) FROM summary_month WHERE pull = :pull),
       (SELECT max(customer_key) FROM summary_month WHERE pull = :pull)
