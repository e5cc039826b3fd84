-- Some rows of a pull that does not count.
DELETE FROM usage_evidence
WHERE pull = :pull AND usage_key IN (SELECT usage_key FROM usage_evidence WHERE pull = :pull LIMIT :rows)
