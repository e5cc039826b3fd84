-- One row is one customer and one day of the period: the series that were last active on it, so that a scan with its
-- counts transfers fewer rows than there are customers and hours. Customers whose digest is known are left out. Rows that are marked as
-- deleted raise nothing; a series that has no other rows is given without an instant. The last row, of rank 1, is the proof that the answer is complete.
WITH
src AS
(
    SELECT <<customer>> AS customer, <<at_ms>> AS at_ms, toJSONString([<<key>>]) AS series, <<has_key>> AS has_key,
           <<is_private>> AS is_private, <<is_deleted>> AS is_deleted
    FROM <<table>> AS t<<final>>
    WHERE <<at>> >= <<from>> AND <<at>> < <<to>><<restrict>>
),
seen AS
(
    SELECT customer, series,
           maxOrNullIf(at_ms, NOT is_deleted) AS seen_ms,
           max(at_ms) AS newest_ms,
           toUInt8(argMax(is_private, (NOT is_deleted, at_ms, is_private))) AS private
    FROM src
    WHERE has_key
    GROUP BY customer, series
),
changed AS
(
    SELECT customer,
           toString(groupBitXor(sipHash64(toJSONString((series, seen_ms, private))))) AS digest,
           groupArray((coalesce(seen_ms, newest_ms), (series, seen_ms, private))) AS found
    FROM seen
    GROUP BY customer
    HAVING digest != transform(customer, {known_customers:Array(String)}, {known_digests:Array(String)}, '')
)
SELECT *
FROM
(
    SELECT toUInt8(0) AS rank, customer,
           toUInt32(least(intDiv(assumeNotNull(one.1) - {origin_ms:Int64}, 86400000), <<last_day>>)) AS day,
           digest, arraySort(groupArray(one.2)) AS series
    FROM changed
    ARRAY JOIN found AS one
    GROUP BY customer, day, digest
    UNION ALL
    SELECT toUInt8(1), '', toUInt32(0), '', CAST([], 'Array(Tuple(String, Nullable(Int64), UInt8))')
)
ORDER BY rank, customer, day
