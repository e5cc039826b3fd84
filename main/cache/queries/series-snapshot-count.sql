-- Keeps the active series per usage id.
INSERT INTO series_snapshot_count (meter_key, month, usage_key, active)
SELECT :meterKey, :month, usage_key, count(*)
FROM series_seen
WHERE meter_key = :meterKey AND last_seen >= :from AND last_seen < :until AND is_private >= :privateOnly
GROUP BY usage_key
