-- Staged rows of a range of usage ids, to be written anew.
DELETE FROM usage_evidence
WHERE pull = :pull AND usage_key > :after AND usage_key <= :through
