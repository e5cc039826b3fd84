-- What one pull found hour by hour.
SELECT exponent, hours
FROM usage_arrival
WHERE pull = ?
