-- The digests of a meter, of all months.
DELETE FROM series_digest
WHERE meter_key = ?
