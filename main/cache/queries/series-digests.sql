-- What is known of each usage id in a month.
SELECT usage_identity.usage_id, series_digest.digest
FROM series_digest
JOIN usage_identity ON usage_identity.usage_key = series_digest.usage_key
WHERE series_digest.meter_key = :meterKey AND series_digest.month = :month
ORDER BY series_digest.usage_key
