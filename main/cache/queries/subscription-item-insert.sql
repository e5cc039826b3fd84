-- An item of a subscription.
INSERT INTO subscription_item (id, subscription_id, price_id, quantity, period_from, period_to, created)
VALUES (?, ?, ?, ?, ?, ?, ?)
