-- The packed hours of one measured cell.
SELECT hours
FROM usage_hours
WHERE pull = ? AND usage_key = ?
