-- The keys of a pull's totals: the lowest and the highest.
SELECT (SELECT min(usage_key) FROM usage_month WHERE pull = :pull), (SELECT max(usage_key) FROM usage_month WHERE pull = :pull)
