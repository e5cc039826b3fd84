-- A pull is done; the row of pull_in_force that follows makes it count.
UPDATE pull_run
SET state = 'complete',
    finished_at = :finishedAt,
    rows = :rows,
    bytes = :bytes,
    requests = :requests,
    retries = :retries,
    skipped_idle = :skippedIdle,
    content_hash = :contentHash,
    selection = :selection,
    query = coalesce(:query, query),
    query_hash = coalesce(:queryHash, query_hash)
WHERE pull = :pull
