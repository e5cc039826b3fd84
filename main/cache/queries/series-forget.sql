-- The series of a meter, which mean something else now.
DELETE FROM series_seen
WHERE meter_key = ?
