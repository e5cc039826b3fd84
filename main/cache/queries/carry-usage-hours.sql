-- Their hours.
INSERT INTO usage_hours (pull, usage_key, hours)
SELECT :pull, usage_key, hours
FROM usage_hours
WHERE pull = :from AND usage_key > :after AND usage_key <= :through
  AND usage_key NOT IN (SELECT value FROM json_each(:selected))
