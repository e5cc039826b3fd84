-- One row for all customers: how many rows the month has, what they span, and which of them hold a value below 0
-- (per meter: how many, in how many usage ids, and in which one most).
SELECT toString(sum(own_rows)), toString(sum(own_rows) - sum(own_series)), toString(sum(own_span_ms)),
       if(count() = 0, '', toString(min(own_first_ms))),
       [<<negatives>>]
FROM
(
    SELECT customer, sum(series_rows) AS own_rows, count() AS own_series, sum(last_ms - first_ms) AS own_span_ms,
           min(first_ms) AS own_first_ms<<negative_sums>>
    FROM
    (
        SELECT <<customer>> AS customer<<series>>, count() AS series_rows, <<first_ms>> AS first_ms, <<last_ms>> AS last_ms<<negative_counts>>
        FROM <<table>> AS t<<final>>
        WHERE <<at>> >= <<from>> AND <<at>> < <<to>><<restrict>>
        GROUP BY customer<<series_names>>
    ) AS by_series
    GROUP BY customer
) AS by_customer
