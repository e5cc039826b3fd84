-- Every price.
SELECT body
FROM price
ORDER BY id
