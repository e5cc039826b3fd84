-- One row: how many keys of a workspace were seen for the first time in the month in this hour.
SELECT workspace_id, intDiv(toUInt32(first_seen), 3600) AS unix_hour, toString(count()) AS new_keys
FROM
(
    SELECT workspace_id, key_id, min(verified_at) AS first_seen
    FROM key_verifications
    WHERE verified_at >= fromUnixTimestamp({from_s:Int64}) AND verified_at < fromUnixTimestamp({to_s:Int64})
    GROUP BY workspace_id, key_id
)
GROUP BY workspace_id, unix_hour
ORDER BY workspace_id, unix_hour
