-- An invoice as Stripe holds it now.
INSERT INTO invoice (
  id, number, customer_id, subscription_id, status, currency, billing_reason, period_from, period_to, created,
  finalized_at, subtotal_minor, total_minor, due_minor
) VALUES (
  :id, :number, :customerId, :subscriptionId, :status, :currency, :billingReason, :periodFrom, :periodTo, :created,
  :finalizedAt, :subtotal, :total, :due
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
  total_minor = excluded.total_minor,
  due_minor = excluded.due_minor
