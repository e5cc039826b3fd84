import { DuckDBInstance } from '@duckdb/node-api';
import { peakBytes, performTask, timed } from '../child.ts';
import { comparisonCheck } from '../month-world.ts';

const JOIN = `CREATE TEMP TABLE result AS
SELECT meter, customer, u.whole AS measured_whole, u.frac AS measured_frac, s.whole AS metered_whole, s.frac AS metered_frac,
       coalesce(u.whole, 0) - coalesce(s.whole, 0) AS drift_whole, coalesce(u.frac, 0) - coalesce(s.frac, 0) AS drift_frac,
       CASE WHEN coalesce(u.whole, 0) = 0 AND coalesce(u.frac, 0) = 0
            THEN CASE WHEN coalesce(s.whole, 0) = 0 AND coalesce(s.frac, 0) = 0 THEN 'agree_zero' ELSE 'missing_usage' END
            WHEN coalesce(s.whole, 0) = 0 AND coalesce(s.frac, 0) = 0 THEN 'missing_stripe'
            WHEN u.whole = s.whole AND u.frac = s.frac THEN 'agree'
            WHEN (u.whole, u.frac) > (s.whole, s.frac) THEN 'under_reported'
            ELSE 'over_reported' END AS verdict
FROM usage AS u FULL JOIN summary AS s USING (meter, customer)`;

/** The same comparison as a join of DuckDB; only making the table is timed. */
await performTask<{ readonly file: string }>(async ({ file }) => {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const { ms } = await timed(() => connection.run(JOIN));
  const peak = peakBytes();
  const found = await connection.runAndReadAll('SELECT verdict, count(*) FROM result GROUP BY verdict');
  const counts = new Map(found.getRowsJson().map(([verdict, cells]) => [String(verdict), Number(cells)]));
  const sums = await connection.runAndReadAll(
    'SELECT (sum(drift_whole)::HUGEINT * 1000000000000 + sum(drift_frac)::HUGEINT)::VARCHAR FROM result',
  );
  const drift = BigInt(String(sums.getRowsJson()[0]?.[0] ?? '0'));
  connection.closeSync();
  instance.closeSync();
  return { ms, peakBytes: peak, check: comparisonCheck(counts, drift) };
});
