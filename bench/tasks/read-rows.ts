import { createClient } from '@clickhouse/client';
import { performTask } from '../child.ts';
import { checkOf, type Server } from '../usage-world.ts';

type HourRow = {
  readonly customer: string;
  readonly meter: string;
  readonly hour: number;
  readonly whole: number;
  readonly frac: number;
};

/** The same numbers read the plain way: an object a row, one row per customer, meter and hour. */
await performTask<{ readonly server: Server }>(async ({ server }) => {
  const client = createClient({ ...server });
  const before = process.cpuUsage();
  const start = performance.now();
  let rows = 0;
  let wholes = 0;
  let millionths = 0;
  let mark = 0;
  const answer = await client.query({
    query: `SELECT customer, kind AS meter, toHour(at) + 24 * (toDayOfMonth(at) - 1) AS hour,
                   toInt64(floor(sum(value))) AS whole, toInt64((sum(value) - whole) * 1000000) * 1000000 AS frac
            FROM usage_events GROUP BY customer, meter, hour ORDER BY meter, customer, hour`,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  for await (const chunk of answer.stream<HourRow>()) {
    for (const row of chunk) {
      const { hour, whole, frac } = row.json<HourRow>();
      rows += 1;
      wholes += whole;
      millionths += frac / 1_000_000;
      mark += (whole % 1009) * hour;
    }
  }
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  await client.close();
  const sum = BigInt(wholes) * 1_000_000n + BigInt(millionths);
  return { ms, cpuMs: (user + system) / 1000, check: checkOf(rows, sum, mark) };
});
