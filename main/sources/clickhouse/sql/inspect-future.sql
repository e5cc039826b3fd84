-- One row: the rows later than the pull, whatever their month, and whether there are rows from before the month.
SELECT toString(sum(row_count)), toUInt32(count()), argMax(customer, row_count), if(count() = 0, '', toString(max(last_ms))),
       toUInt8((SELECT count() FROM (SELECT 1 FROM <<table>> AS t WHERE <<at>> < <<from>><<restrict>> LIMIT 1)) > 0)
FROM
(
    SELECT <<customer>> AS customer, count() AS row_count, <<last_ms>> AS last_ms
    FROM <<table>> AS t<<final>>
    WHERE <<at>> > <<after>><<restrict>>
    GROUP BY customer
) AS by_customer
