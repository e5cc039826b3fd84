-- A customer as Stripe holds it now; the surrogate key of a known one stays for ever.
INSERT INTO customer (
  id, name, email, metadata, currency, balance_minor, discount, tax_exempt, is_deleted, test_clock, created
) VALUES (
  :id, :name, :email, :metadata, :currency, :balance, :discount, :taxExempt, 0, :testClock, :created
)
ON CONFLICT (id) DO UPDATE SET
  name = excluded.name,
  email = excluded.email,
  metadata = excluded.metadata,
  currency = excluded.currency,
  balance_minor = excluded.balance_minor,
  discount = excluded.discount,
  tax_exempt = excluded.tax_exempt,
  is_deleted = 0,
  is_vanished = 0,
  test_clock = excluded.test_clock,
  created = excluded.created
