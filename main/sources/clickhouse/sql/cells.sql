-- One row is one cell, a meter of one customer: its hours ascending as parallel arrays (hour, whole, frac),
-- `[]` for fracs that are all 0; `odd` lists (hour, text) where the whole leaves 2^53 (`=`), is no number that fits
-- (`!`) or lies outside the period (`@`); `evidence` is `[]` where nothing was left out.
-- The last row, of meter 65535, is the proof that the answer is complete.
WITH
<<hourly>>,
stored AS
(
    SELECT customer, hour, is_measured, <<evidence_names>>,
           <<stored>>
    FROM hourly
),
customers AS
(
    SELECT customer,
           arraySort(h -> h.1, groupArrayIf((toUInt32(hour), <<cell_names>>), is_measured)) AS hours,
           <<evidence_sums>>
    FROM stored
    GROUP BY customer
),
cells AS
(
    SELECT meter_cells.1 AS meter, customer, hours.1 AS at_hours, meter_cells.2 AS quantities, meter_cells.3 AS facts
    FROM customers
    ARRAY JOIN [<<meter_cells>>] AS meter_cells
)
SELECT *
FROM
(
    SELECT meter, customer, at_hours AS hours, quantities.1 AS wholes,
           if(arrayAll(f -> f = 0, quantities.2), [], quantities.2) AS fracs,
           arrayFilter(o -> o.2 != '', arrayZip(at_hours, quantities.3)) AS odd,
           if(arrayAll(f -> f = '0', facts), [], facts) AS evidence
    FROM cells
    WHERE notEmpty(at_hours) OR (notEmpty(evidence) AND {with_unmeasured:UInt8} = 1)
    UNION ALL
    SELECT toUInt16(65535), '', CAST([], 'Array(UInt32)'), CAST([], 'Array(Int64)'), CAST([], 'Array(Int64)'),
           CAST([], 'Array(Tuple(UInt32, String))'), CAST([], 'Array(String)')
)
ORDER BY meter, customer
