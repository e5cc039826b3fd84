-- Their evidence.
INSERT INTO usage_evidence (pull, usage_key, evidence)
SELECT :pull, usage_key, evidence
FROM usage_evidence
WHERE pull = :from AND usage_key > :after AND usage_key <= :through
  AND usage_key NOT IN (SELECT value FROM json_each(:selected))
