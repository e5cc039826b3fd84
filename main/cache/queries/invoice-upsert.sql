-- An invoice as Stripe holds it now.
INSERT INTO invoice (
  id, number, customer_id, subscription_id, status, currency, billing_reason, period_from, period_to, created,
  finalized_at, subtotal_minor, discount_minor, credit_minor, tax_minor, total_minor, starting_balance_minor,
  ending_balance_minor, due_minor, is_automatic_tax
) VALUES (
  :id, :number, :customerId, :subscriptionId, :status, :currency, :billingReason, :periodFrom, :periodTo, :created,
  :finalizedAt, :subtotal, :discount, :credit, :tax, :total, :startingBalance, :endingBalance, :due, :isAutomaticTax
)
ON CONFLICT (id) DO UPDATE SET
  number = excluded.number,
  customer_id = excluded.customer_id,
  subscription_id = excluded.subscription_id,
  status = excluded.status,
  currency = excluded.currency,
  billing_reason = excluded.billing_reason,
  period_from = excluded.period_from,
  period_to = excluded.period_to,
  created = excluded.created,
  finalized_at = excluded.finalized_at,
  subtotal_minor = excluded.subtotal_minor,
  discount_minor = excluded.discount_minor,
  credit_minor = excluded.credit_minor,
  tax_minor = excluded.tax_minor,
  total_minor = excluded.total_minor,
  starting_balance_minor = excluded.starting_balance_minor,
  ending_balance_minor = excluded.ending_balance_minor,
  due_minor = excluded.due_minor,
  is_automatic_tax = excluded.is_automatic_tax
