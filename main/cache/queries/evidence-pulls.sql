-- Which months of a pipeline's books are known, oldest first.
SELECT kind, month, as_of, fingerprint FROM evidence_pull WHERE pipeline = ? ORDER BY month, kind
