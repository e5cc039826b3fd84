-- One row is one customer and one hour of the period: its events taken together.
-- Where an `id` is named, the earliest of the events that share it is the one that counts.
src AS
(
    SELECT <<customer>> AS customer, <<at>> AS at, <<at_ms>> AS at_ms, <<reading>><<identity>>
    FROM <<table>> AS t<<final>>
    WHERE <<at>> >= <<from>> AND <<at>> < <<to>><<restrict>>
),
once AS
(
    <<once>>
),
hourly AS
(
    SELECT customer, intDiv(at_ms - {origin_ms:Int64}, 3600000) AS hour,
           <<aggregate>> AS q0,
           max(odd) AS odd0,
           countIf(sound) > 0 OR odd0 != '' AS is_measured,
           sum(copies) - count() AS duplicates,
           countIf(NOT sound AND odd = '') AS null_values
    FROM once
    GROUP BY customer, hour
)
