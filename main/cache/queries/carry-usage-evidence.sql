-- Their evidence.
INSERT INTO usage_evidence (pull, usage_key, evidence, hours)
SELECT :pull, usage_key, evidence, hours
FROM usage_evidence
WHERE pull = :from AND usage_key > :after AND usage_key <= :through
  AND usage_key NOT IN (SELECT value FROM json_each(:selected))
