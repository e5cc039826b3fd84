-- Rows of the pull in force that a partial pull leaves as they are.
INSERT INTO usage_month (pull, usage_key, whole, frac, invalid)
SELECT :pull, usage_key, whole, frac, invalid
FROM usage_month
WHERE pull = :from AND usage_key > :after AND usage_key <= :through
  AND usage_key NOT IN (SELECT value FROM json_each(:selected))
