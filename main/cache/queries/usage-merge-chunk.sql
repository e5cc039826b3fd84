-- The cells of a range of usage ids in two pulls side by side, those of one alone included.
SELECT k.usage_key, i.usage_id, k.base_hours, k.base_evidence, k.base_evidence_hours, k.hours, k.evidence,
       k.evidence_hours
FROM
(
  SELECT usage_key, max(base_hours) AS base_hours, max(base_evidence) AS base_evidence,
         max(base_evidence_hours) AS base_evidence_hours, max(hours) AS hours, max(evidence) AS evidence,
         max(evidence_hours) AS evidence_hours
  FROM
  (
    SELECT usage_key, hours AS base_hours, NULL AS base_evidence, NULL AS base_evidence_hours, NULL AS hours,
           NULL AS evidence, NULL AS evidence_hours
    FROM usage_hours
    WHERE pull = :from AND usage_key > :after AND usage_key <= :through
    UNION ALL
    SELECT usage_key, NULL, evidence, hours, NULL, NULL, NULL
    FROM usage_evidence
    WHERE pull = :from AND usage_key > :after AND usage_key <= :through
    UNION ALL
    SELECT usage_key, NULL, NULL, NULL, hours, NULL, NULL
    FROM usage_hours
    WHERE pull = :pull AND usage_key > :after AND usage_key <= :through
    UNION ALL
    SELECT usage_key, NULL, NULL, NULL, NULL, evidence, hours
    FROM usage_evidence
    WHERE pull = :pull AND usage_key > :after AND usage_key <= :through
  )
  GROUP BY usage_key
) AS k
JOIN usage_identity AS i USING (usage_key)
ORDER BY k.usage_key
