-- One row is one customer, size and slot: how long machines of that size ran, and how much of it came after the bucket
-- was due. A sample that is delivered again has the id of the first and counts once, as it came first (metering.md 3.1).
-- The slot that T lies in is cut there.
WITH src AS
(
    SELECT <<customer>> AS customer, <<at_ms>> AS at_ms, <<level>> AS level, <<seconds>> AS seconds,
           <<arrived_ms>> AS arrived_ms, <<identity>>
    FROM <<table>> AS t<<final>>
    WHERE <<at>> >= <<from>> AND <<at>> < <<to>> AND (<<sound>>)<<restrict>>
),
once AS
(
    SELECT customer, first.1 AS at_ms, first.2 AS level, first.3 AS seconds, arrived_ms
    FROM
    (
        SELECT customer, id, nameless, min((at_ms, level, seconds)) AS first, min(arrived_ms) AS arrived_ms
        FROM src
        GROUP BY customer, id, nameless
    )
)
SELECT customer,
       if(at_ms >= {bill_from_ms:Int64} AND plain_slot < {bill_from_ms:Int64}, {bill_from_ms:Int64}, plain_slot) AS slot,
       toString(level), toString(sum(seconds)),
       toString(sumIf(seconds, arrived_ms >= due_ms))
FROM
(
    SELECT customer, level, seconds, at_ms, arrived_ms,
           intDiv(at_ms, {slot_ms:Int64}) * {slot_ms:Int64} AS plain_slot,
           (intDiv(at_ms, {bucket_ms:Int64}) + 1) * {bucket_ms:Int64} + {grace_ms:Int64} AS due_ms
    FROM once
)
GROUP BY customer, slot, level
ORDER BY slot, customer, level
