import { createClickHouseSource } from '../../main/sources/clickhouse/source.ts';
import { performTask } from '../child.ts';
import { checkOf, readAll, type Server } from '../usage-world.ts';

/** Reads all usage through the adapter, every hour touched. */
await performTask<{ readonly server: Server }>(async ({ server }) => {
  const source = createClickHouseSource({ ...server, database: 'default' });
  const before = process.cpuUsage();
  const start = performance.now();
  let rows = 0;
  let wholes = 0;
  let millionths = 0;
  let mark = 0;
  for await (const cells of readAll(source)) {
    for (const { hours } of cells) {
      rows += hours.length;
      for (const { hour, whole, frac } of hours) {
        wholes += whole as number;
        millionths += frac / 1_000_000;
        mark += ((whole as number) % 1009) * hour;
      }
    }
  }
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  await source.close();
  const sum = BigInt(wholes) * 1_000_000n + BigInt(millionths);
  return { ms, cpuMs: (user + system) / 1000, check: checkOf(rows, sum, mark) };
});
