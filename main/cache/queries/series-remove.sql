-- Series that were last active in the month, and all of whose rows in it are marked as deleted.
DELETE FROM series_seen
WHERE meter_key = :meterKey
  AND (usage_key, series) IN (SELECT staged.usage_key, staged.series
                              FROM series_staged AS staged
                              JOIN series_seen AS seen ON seen.meter_key = :meterKey AND seen.usage_key = staged.usage_key AND seen.series = staged.series
                              WHERE staged.pull = :pull AND staged.seen_at IS NULL AND seen.last_seen >= :from AND seen.last_seen < :until)
