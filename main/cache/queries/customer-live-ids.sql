-- Ids of customers that were not known as deleted at the last pull, with the test clock that owns them.
SELECT id, test_clock
FROM customer
WHERE is_deleted = 0
