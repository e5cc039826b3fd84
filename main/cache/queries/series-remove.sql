-- Series whose newest activity is marked as deleted.
DELETE FROM series_seen
WHERE meter_key = :meterKey
  AND (usage_key, series) IN (SELECT staged.usage_key, staged.series
                              FROM series_staged AS staged
                              JOIN series_seen AS seen ON seen.meter_key = :meterKey AND seen.usage_key = staged.usage_key AND seen.series = staged.series
                              WHERE staged.pull = :pull AND staged.removed_at >= seen.last_seen)
