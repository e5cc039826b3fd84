-- The series of a month were read.
INSERT INTO series_read (meter_key, month, read_at)
VALUES (:meterKey, :month, :readAt)
ON CONFLICT (meter_key, month) DO UPDATE SET read_at = excluded.read_at
