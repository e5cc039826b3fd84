-- The instant from which a subscription counts its billing periods.
SELECT body ->> '$.billingCycleAnchor'
FROM subscription
WHERE id = ?
