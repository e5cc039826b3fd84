-- One row is one customer and one hour of the period: the series that counted in it. From raw reports a series counts
-- once, in the hour of its first report of the period, so that the hours add up to the distinct series of the period;
-- from a cache of last activity in the hour of that activity (metering.md section 6).
src AS
(
    SELECT <<customer>> AS customer, <<at_ms>> AS at_ms, (<<key>>) AS key, <<has_key>> AS has_key<<visibility>>
    FROM <<table>> AS t<<final>>
    WHERE <<at>> >= <<from>> AND <<at>> < <<to>><<restrict>>
),
once AS
(
    SELECT customer, key, has_key, <<counted>>(at_ms) AS at_ms, count() AS copies
    FROM src
    GROUP BY customer, key, has_key<<visible>>
),
hourly AS
(
    SELECT customer, least(intDiv(at_ms - {origin_ms:Int64}, 3600000), <<last_hour>>) AS hour,
           toInt128(countIf(has_key)) AS q0,
           '' AS odd0,
           countIf(has_key) > 0 AS is_measured,
           sumIf(copies, has_key) AS reports,
           sumIf(copies, NOT has_key) AS null_keys
    FROM once
    GROUP BY customer, hour
)
