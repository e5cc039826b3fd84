-- All of one kind and month; its rows go with it.
DELETE FROM evidence_pull WHERE pipeline = :pipeline AND kind = :kind AND month = :month
