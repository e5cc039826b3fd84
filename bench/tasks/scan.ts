import { createClient } from '@clickhouse/client';
import { startEmbeddedClickHouse } from '../../main/sandbox/clickhouse/embedded.ts';
import { type ClickHouseConfig, createClickHouseSource } from '../../main/sources/clickhouse/source.ts';
import { monthPeriod } from '../../shared/values/period.ts';
import { peakBytes, peakBytesOf, performTask, timed } from '../child.ts';
import { SCAN_MONTH, type ScanWorld, scanMeters } from '../scan-world.ts';

type Input = { readonly side: 'meters' | 'plain'; readonly world: ScanWorld };

/** Stored quantities count 10^-12. */
const UNIT = 10n ** 12n;

/** A month read from an engine that starts for it alone: the four meters in one scan, or plain sums of the same columns. */
await performTask<Input>(async ({ side, world }) => {
  const engine = await startEmbeddedClickHouse({ dataFolder: world.dataFolder });
  const config = { url: engine.url, username: engine.username, password: engine.password, database: 'default' };
  try {
    const wanted = side === 'meters' ? world.usage : world.sums;
    const { ms, result } = await timed(() => (side === 'meters' ? readMeters(config) : readSums(config)));
    // The sides compute different things: each is held against the server's own reckoning.
    const check = result.join(' ') === wanted.join(' ') ? `${world.rows} rows as they are` : result.join(' ');
    return { ms, check, peakBytes: peakBytes(), figures: { engineBytes: peakBytesOf(engine.pid) } };
  } finally {
    await engine.stop();
  }
});

async function readMeters(config: ClickHouseConfig): Promise<readonly string[]> {
  const source = createClickHouseSource(config);
  const totals = scanMeters.map(() => 0n);
  try {
    const scans = source.plan(scanMeters);
    if (scans.length !== 1) throw new Error(`${scans.length} scans instead of one`);
    for (const scan of scans) {
      const { signal } = new AbortController();
      const request = { scan, period: monthPeriod(SCAN_MONTH), customers: null, signal, withUnmeasured: true };
      for await (const cells of source.read(request)) {
        for (const { meter, hours } of cells) {
          const units = hours.reduce((sum, { whole, frac }) => sum + BigInt(whole) * UNIT + BigInt(frac), 0n);
          totals[meter] = (totals[meter] ?? 0n) + units;
        }
      }
      return totals.map((units, index) => ((units * 10n ** BigInt(scan.exponents[index] ?? 0)) / UNIT).toString());
    }
    return [];
  } finally {
    await source.close();
  }
}

async function readSums({ url, username, password }: ClickHouseConfig): Promise<readonly string[]> {
  const client = createClient({ url, username, password });
  const totals = [0n, 0n, 0n, 0n];
  try {
    const { from, to } = monthPeriod(SCAN_MONTH);
    const answer = await client.query({
      query: `SELECT workspace_id, intDiv(ts - {from:Int64}, 3600000) AS hour, toString(sum(cpu_usage_usec)),
                     toString(sum(network_egress_public_bytes)), toString(sum(memory_bytes)), toString(sum(disk_allocated_bytes))
              FROM checkpoints WHERE ts >= {from:Int64} AND ts < {to:Int64} GROUP BY workspace_id, hour`,
      query_params: { from, to },
      format: 'JSONCompactEachRow',
    });
    for await (const rows of answer.stream<string[]>()) {
      for (const row of rows) {
        const [, , ...sums] = row.json();
        for (const [index, sum] of sums.entries()) totals[index] = (totals[index] ?? 0n) + BigInt(sum);
      }
    }
    return totals.map(String);
  } finally {
    await client.close();
  }
}
