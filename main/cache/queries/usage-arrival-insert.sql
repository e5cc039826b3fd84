-- What a complete pull found hour by hour; once for each pull.
INSERT INTO usage_arrival (pull, meter_key, month, pulled_at, exponent, hours)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
