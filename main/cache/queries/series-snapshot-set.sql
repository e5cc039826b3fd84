-- The counts of a month are taken now.
INSERT INTO series_snapshot (meter_key, month, taken_at, ends_at, visibility, end_mode)
VALUES (:meterKey, :month, :takenAt, :endsAt, :visibility, :endMode)
ON CONFLICT (meter_key, month) DO UPDATE
SET taken_at = excluded.taken_at, ends_at = excluded.ends_at, visibility = excluded.visibility, end_mode = excluded.end_mode
