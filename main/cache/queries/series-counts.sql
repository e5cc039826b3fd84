-- Active series per usage id.
SELECT usage_key, count(*) AS active
FROM series_seen
WHERE meter_key = :meterKey AND last_seen >= :from AND last_seen < :until AND is_private >= :privateOnly
GROUP BY usage_key
ORDER BY usage_key
