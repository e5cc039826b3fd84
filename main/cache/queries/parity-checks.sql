-- Everything that hours of a pipeline's meter came to, in the order of the hours, the earliest check first.
SELECT hour, checked_at, is_clean, body
FROM parity_check
WHERE meter_key = :meterKey AND hour >= :from AND hour < :to
ORDER BY hour, id
