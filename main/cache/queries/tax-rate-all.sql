-- Every tax rate.
SELECT body
FROM tax_rate
ORDER BY id
