-- The rows of one kind and month, in the order of the source.
SELECT body FROM evidence_row WHERE pipeline = :pipeline AND kind = :kind AND month = :month ORDER BY sequence
