-- One row for all customers: how many rows the month has, what they span, and which of them hold a value below 0
-- (per meter: how many, in how many usage ids, and in which one most).
SELECT toString(sum(row_count)), toString(sum(row_count) - sum(series_count)), toString(sum(span_ms)),
       if(count() = 0, '', toString(min(first_ms))),
       [<<negatives>>]
FROM
(
    SELECT customer, sum(row_count) AS row_count, count() AS series_count, sum(last_ms - first_ms) AS span_ms,
           min(first_ms) AS first_ms<<negative_sums>>
    FROM
    (
        SELECT <<customer>> AS customer<<series>>, count() AS row_count, min(<<at_ms>>) AS first_ms, max(<<at_ms>>) AS last_ms<<negative_counts>>
        FROM <<table>> AS t<<final>>
        WHERE <<at>> >= <<from>> AND <<at>> < <<to>><<restrict>>
        GROUP BY customer<<series_names>>
    ) AS by_series
    GROUP BY customer
) AS by_customer
