-- One row is one customer and one hour of the period: what every meter of the scan grew by in that hour, and what was
-- left out of it. Rows of the period are taken first, pairs of neighbours are formed after (metering.md 1.2, 1.3);
-- a pair belongs to the hour of its later row, so the hours add up to the period. Where some hours are computed alone, the
-- last row before them of each series opens the pair that crosses their edge.
src AS
(
    SELECT <<customer>> AS customer<<series>>, <<at>> AS at, <<at_ms>> AS at_ms, <<order_values>><<readings>>
    FROM <<table>> AS t<<final>>
    WHERE <<at>> >= <<from>> AND <<at>> < <<to>><<restrict>><<before>>
),
steps AS
(
    SELECT customer, at_ms,
           lagInFrame(toUInt8(1)) OVER p1 AS has_prior,
           at_ms - lagInFrame(at_ms) OVER p1 AS span_ms,
           <<steps>>
    FROM src
    WINDOW p1 AS (PARTITION BY customer<<series_names>> ORDER BY <<order>> ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
),
pairs AS
(
    SELECT *, span_ms > 0 AND span_ms <= {max_gap_ms:Int64} AS counts, span_ms > {max_gap_ms:Int64} AS is_gap
    FROM steps
    WHERE has_prior = 1
),
hourly AS
(
    SELECT customer, intDiv(at_ms - {origin_ms:Int64}, 3600000) AS hour,
           countIf(counts) > 0 AS is_measured,
           countIf(span_ms = 0) AS same_instant,
           countIf(is_gap) AS dropped_pairs,
           sumIf(span_ms, is_gap) AS dropped_ms,
           <<sums>>
    FROM pairs
    GROUP BY customer, hour
)
