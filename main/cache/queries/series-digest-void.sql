-- A deletion may have taken what other months still hold: they are transferred again when they are pulled.
DELETE FROM series_digest
WHERE meter_key = :meterKey
  AND month <> :month
  AND usage_key IN (SELECT staged.usage_key
                    FROM series_staged AS staged
                    JOIN series_seen AS seen ON seen.meter_key = :meterKey AND seen.usage_key = staged.usage_key AND seen.series = staged.series
                    WHERE staged.pull = :pull AND staged.seen_at IS NULL AND seen.last_seen >= :from AND seen.last_seen < :until)
