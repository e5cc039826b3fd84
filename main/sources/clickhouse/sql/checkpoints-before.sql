    SELECT customer<<series_names>>, <<carried>>
    FROM
    (
        SELECT customer<<series_names>>, max((<<held>>)) AS last
        FROM
        (
            SELECT <<customer>> AS customer<<series>>, <<at>> AS at, <<at_ms>> AS at_ms, <<order_values>><<readings>>
            FROM <<table>> AS t<<final>>
            WHERE <<at>> >= <<start>> AND <<at>> < <<from>><<restrict>>
        )
        GROUP BY customer<<series_names>>
    )
