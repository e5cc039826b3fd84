-- Some series of a pull that does not count.
DELETE FROM series_staged
WHERE pull = :pull
  AND (usage_key, series) IN (SELECT usage_key, series FROM series_staged WHERE pull = :pull LIMIT :rows)
