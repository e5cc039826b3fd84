-- What was left out, and counted beside, hour by hour, of one cell.
SELECT hours
FROM usage_evidence
WHERE pull = ? AND usage_key = ?
