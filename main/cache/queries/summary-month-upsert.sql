-- Stripe's answer for one cell.
INSERT INTO summary_month (pull, customer_key, has_value, whole, frac, exact)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (pull, customer_key) DO UPDATE SET
  has_value = excluded.has_value,
  whole = excluded.whole,
  frac = excluded.frac,
  exact = excluded.exact
