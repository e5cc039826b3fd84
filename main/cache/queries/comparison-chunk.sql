-- One row per metered cell and usage id of its customer, in customer order: what both sides say, usage in native units.
-- An ambiguous usage id speaks for nobody.
WITH cells AS MATERIALIZED (
  SELECT customer_key, has_value, whole, frac, exact
  FROM summary_month
  WHERE pull = :summaries AND customer_key > :after
  ORDER BY customer_key
  LIMIT :rows
)
SELECT s.customer_key, s.has_value, s.whole, s.frac, s.exact, u.whole, u.frac, u.invalid
FROM cells AS s
LEFT JOIN mapping AS m
  ON m.customer_key = s.customer_key
  AND NOT EXISTS (
    SELECT 1 FROM mapping AS o WHERE o.usage_key = m.usage_key AND o.customer_key <> m.customer_key
  )
LEFT JOIN usage_month AS u ON u.pull = :usage AND u.usage_key = m.usage_key
ORDER BY s.customer_key
