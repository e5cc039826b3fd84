-- Every credit grant.
SELECT body
FROM credit_grant
ORDER BY id
