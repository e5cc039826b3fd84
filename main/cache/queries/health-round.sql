-- The cells of a meter in one round, by verdict.
SELECT verdict, count(*) AS cells, min(age_ms) AS newest_age_ms, max(age_ms) AS oldest_age_ms
FROM shadow_reading
WHERE run = :run AND meter_key = :meterKey
GROUP BY verdict
