-- What was left out of the numbers of a pull, usage id by usage id.
SELECT evidence
FROM usage_evidence
WHERE pull = ?
