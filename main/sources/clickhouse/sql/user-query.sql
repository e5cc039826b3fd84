-- One row is one customer and one hour of the period: the rows that the query of the settings returned for them.
-- A bucket outside the period is carried as text, so that it can be named instead of dropped.
src AS
(
    SELECT <<customer>> AS customer, <<at>> AS at, <<at_ms>> AS at_ms, <<reading>>
    FROM
    (
<<query>>
    ) AS t<<where>>
),
hourly AS
(
    SELECT customer, if(is_inside, intDiv(at_ms - {origin_ms:Int64}, 3600000), 0) AS hour,
           <<aggregate>> AS q0,
           max(if(is_inside, odd, concat('@', at_text))) AS odd0,
           countIf(sound) > 0 OR odd0 != '' AS is_measured,
           countIf(NOT sound AND odd = '') AS null_values,
           countIf(sound AND value < value - value) AS negative_values
    FROM
    (
        SELECT *, ifNull(at_ms >= {from_ms:Int64} AND at_ms < {to_ms:Int64}, 0) AS is_inside,
               ifNull(toString(toDateTime64(at_ms / 1000, 3, 'UTC')), 'NULL') AS at_text
        FROM src
    )
    GROUP BY customer, hour
)
