-- One row is one cell, a meter of one customer: its hours ascending as parallel arrays (hour, whole, frac),
-- `[]` for fracs that are all 0; `odd` lists (hour, text) where the whole leaves 2^53 (`=`), is no number that fits
-- (`!`) or lies outside the period (`@`); `evidence` is `[]` where nothing was left out, and `evidence_hours` lists the
-- hours in which something was.
-- The last row, of meter 65535, is the proof that the answer is complete.
WITH
<<hourly>>,
stored AS
(
    SELECT customer, hour, is_measured, <<evidence_names>>,
           if(<<evidence_any>>, [<<evidence_texts>>], CAST([], 'Array(String)')) AS fact_texts,
           <<stored>>
    FROM hourly
),
customers AS
(
    SELECT customer,
           arraySort(h -> h.1, groupArrayIf((toUInt32(hour), <<cell_names>>), is_measured)) AS hours,
           arraySort(h -> h.1, groupArrayIf((toUInt32(hour), fact_texts), notEmpty(fact_texts))) AS fact_hours,
           <<evidence_sums>>
    FROM stored
    GROUP BY customer
),
cells AS
(
    SELECT meter_cells.1 AS meter, customer, hours.1 AS at_hours, meter_cells.2 AS quantities, meter_cells.3 AS facts,
           meter_cells.4 AS hourly_facts
    FROM customers
    ARRAY JOIN [<<meter_cells>>] AS meter_cells
)
SELECT *
FROM
(
    SELECT meter, customer, at_hours AS hours, quantities.1 AS wholes,
           if(arrayAll(f -> f = 0, quantities.2), [], quantities.2) AS fracs,
           arrayFilter(o -> o.2 != '', arrayZip(at_hours, quantities.3)) AS odd,
           if(arrayAll(f -> f = '0', facts), [], facts) AS evidence,
           arrayFilter(h -> arrayExists(f -> f != '0', h.2), hourly_facts) AS evidence_hours
    FROM cells
    WHERE notEmpty(at_hours) OR (notEmpty(evidence) AND {with_unmeasured:UInt8} = 1)
    UNION ALL
    SELECT toUInt16(65535), '', CAST([], 'Array(UInt32)'), CAST([], 'Array(Int64)'), CAST([], 'Array(Int64)'),
           CAST([], 'Array(Tuple(UInt32, String))'), CAST([], 'Array(String)'),
           CAST([], 'Array(Tuple(UInt32, Array(String)))')
)
ORDER BY meter, customer
