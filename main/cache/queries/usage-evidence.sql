-- What was left out of one cell's number.
SELECT evidence
FROM usage_evidence
WHERE pull = ? AND usage_key = ?
