-- Some digests of a pull that does not count.
DELETE FROM series_staged_digest
WHERE pull = :pull AND usage_key IN (SELECT usage_key FROM series_staged_digest WHERE pull = :pull LIMIT :rows)
