/** The scenario of interfaces.md section 4, as it stands there. */
export const EXAMPLE = `{ "name": "late and duplicate usage", "clock": { "start": "2026-01-01T00:00:00Z" }, "gracePeriod": "1h",
  "catalog": { "meters": [ { "id": "mtr_api", "event_name": "api_calls", "default_aggregation": { "formula": "sum" } } ],
               "prices": [ { "id": "price_api", "currency": "usd", "billing_scheme": "per_unit", "unit_amount_decimal": "0.5", "recurring": { "interval": "month", "interval_count": 1, "usage_type": "metered", "meter": "mtr_api" } } ] },
  "customers": [ { "id": "cus_a", "subscriptions": [ { "id": "sub_a", "items": [ { "id": "si_a", "price": "price_api" } ], "trial_end": null, "discounts": [] } ], "creditGrants": [], "taxRates": [], "balance": 0 } ],
  "usage": [ { "event": "api_calls", "customer": "cus_a", "value": "100", "timestamp": "2026-01-05T10:00:00Z", "identifier": "e-1", "sentAt": "2026-01-05T10:00:01Z" } ],
  "actions": [ { "at": "2026-01-20T00:00:00Z", "do": "cancel_at_period_end", "subscription": "sub_a" } ],
  "advanceTo": [ "2026-02-01T02:00:00Z" ],
  "expect": { "invoices": [ { "customer": "cus_a", "period": { "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z" }, "status": "open", "total": 50 } ], "drift": { "epsilon": "0.005" } } }`;
