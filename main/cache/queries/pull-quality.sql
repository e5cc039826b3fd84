-- The same of one pull.
SELECT facts
FROM pull_quality
WHERE pull = ?
