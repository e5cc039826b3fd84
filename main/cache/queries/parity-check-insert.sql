-- What an hour came to.
INSERT INTO parity_check (meter_key, hour, checked_at, is_clean, body)
VALUES (:meterKey, :hour, :checkedAt, :isClean, :body)
