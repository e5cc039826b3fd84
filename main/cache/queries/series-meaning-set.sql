-- The series of a meter mean this from now on.
INSERT INTO series_cache (meter_key, fingerprint)
VALUES (:meterKey, :fingerprint)
ON CONFLICT (meter_key) DO UPDATE SET fingerprint = excluded.fingerprint
