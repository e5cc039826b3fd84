-- Subscriptions with a trial.
SELECT id, body ->> '$.trial.from', body ->> '$.trial.to'
FROM subscription
WHERE body ->> '$.trial.to' IS NOT NULL
