-- Verifications spread over the months; low key numbers are used more often than high ones.
INSERT INTO key_verifications
SELECT
    workspace_id,
    concat('key_', toString(least(hash % keys, intDiv(hash, 1000) % keys)))          AS key_id,
    toDateTime({first:DateTime}, 'UTC') + cityHash64(salt, i, 'at') % {seconds:UInt64} AS verified_at,
    if(hash % 23 = 0, 'RATE_LIMITED', 'VALID')                                       AS outcome
FROM
(
    SELECT workspace_id, keys, salt, arrayJoin(range(events)) AS i, cityHash64(salt, i) AS hash
    FROM sample_keys
)
ORDER BY workspace_id, verified_at
