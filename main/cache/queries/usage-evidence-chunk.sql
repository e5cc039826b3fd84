-- Evidence of a range of usage ids.
SELECT e.usage_key, i.usage_id, e.evidence
FROM usage_evidence AS e
JOIN usage_identity AS i USING (usage_key)
WHERE e.pull = :pull AND e.usage_key > :after
ORDER BY e.usage_key
LIMIT :rows
