-- One row is one customer and one hour of the period: what its samples amount to, each a level that held for its own
-- interval. A sample that is delivered again has the id of the first and counts once (metering.md 3.1), in the hour
-- that holds its own instant, however late it arrived.
src AS
(
    SELECT <<customer>> AS customer, <<at>> AS at, <<at_ms>> AS at_ms, <<reading>>, <<identity>><<series>>
    FROM <<table>> AS t<<final>>
    WHERE <<at>> >= <<from>> AND <<at>> < <<to>><<restrict>>
),
once AS
(
    SELECT customer, first.1 AS at, first.2 AS value, first.3 AS sound, first.4 AS odd, first.5 AS at_ms, copies<<ticks>>
    FROM
    (
        SELECT customer, id, nameless, min((at, value, sound, odd, at_ms<<series_name>>)) AS first, count() AS copies
        FROM src
        GROUP BY customer, id, nameless
    )
),
hourly AS
(
    SELECT customer, intDiv(at_ms - {origin_ms:Int64}, 3600000) AS hour,
           sumIf(value, sound) AS q0,
           max(odd) AS odd0,
           countIf(sound) > 0 OR odd0 != '' AS is_measured,
           count() AS samples,
           sum(copies) - count() AS duplicates,
           countIf(NOT sound AND odd = '') AS null_values,
           countIf(sound AND value < value - value) AS negative_values<<lives>>
    FROM once
    GROUP BY customer, hour
)
