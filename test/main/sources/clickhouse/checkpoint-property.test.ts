import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UsageCell } from '../../../../main/sources/usage-source.ts';
import { instant } from '../../../../shared/values/instant.ts';
import { type Checkpoint, checkpointUsage } from '../../../oracles/checkpoints.ts';
import { checkpoints, meter, readAll, startEngine, type TestEngine } from './engine.ts';

const START = Date.UTC(2026, 4, 1);
const MAX_GAP_MS = 120_000;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

/** Steps that meet every rule: none, one millisecond, an ordinary interval, the largest that counts, and outages. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: MAX_GAP_MS }) },
  fc.constantFrom(0, 1, 15_000, MAX_GAP_MS - 1, MAX_GAP_MS, MAX_GAP_MS + 1, 300_000, 3_600_000),
);
const counter = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 0n, max: 10_000n }) },
  fc.constantFrom(0n, 2n ** 53n, 2n ** 57n),
);
const timeline = fc.record({
  customer: fc.constantFrom('a', 'b', 'ü', ''),
  series: fc.constantFrom('s/0', 's/1'),
  startMs: fc.integer({ min: -400_000, max: 10_000_000 }),
  points: fc.array(
    fc.record({
      step,
      tie: fc.constantFrom('checkpoint', 'Start', 'stop'),
      counter,
      gauge: fc.bigInt({ min: 0n, max: 2n ** 45n }),
      isTrusted: fc.boolean(),
      replacedBy: fc.option(counter),
    }),
    { maxLength: 25 },
  ),
});
const world = fc.record({
  timelines: fc.array(timeline, { minLength: 1, maxLength: 5 }),
  fromMs: fc.constantFrom(0, 1, 1_799_999),
  lengthMs: fc.constantFrom(3_600_000, 7_200_001, 10_800_000),
});

test('hours, totals and evidence agree with an independent reckoning', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(world, async ({ timelines, fromMs, lengthMs }) => {
      run += 1;
      const rows = keyedOnce(timelines.flatMap(rowsOf));
      const name = `world_${run}`;
      await fill(name, rows);
      const window = { fromMs: START + fromMs, toMs: START + fromMs + lengthMs, maxGapMs: MAX_GAP_MS };
      const wanted = checkpointUsage(rows, window);
      const found = await readAll(engine.source, metersOf(name), {
        period: { from: instant(window.fromMs), to: instant(window.toMs) },
        withUnmeasured: true,
      });
      for (const [index, pick] of ([['counter'], ['trusted'], ['gauge']] as const).entries()) {
        const cells = found.filter((cell) => cell.meter === index && cell.hours.length > 0);
        expect(Object.fromEntries(cells.map((cell) => [cell.customer, native(cell, index)]))).toEqual(
          Object.fromEntries(
            [...wanted.hours].map(([customer, hours]) => [
              customer,
              Object.fromEntries([...hours].map(([hour, one]) => [hour, one[pick[0]]])),
            ]),
          ),
        );
      }
      for (const [customer, facts] of wanted.dropped) {
        const cell = found.find((one) => one.meter === 1 && one.customer === customer);
        expect({
          customer,
          pairs: cell?.evidence?.dropped_pairs ?? '0',
          ms: cell?.evidence?.dropped_ms ?? '0',
          regressions: cell?.evidence?.regressions ?? '0',
          untrusted: cell?.evidence?.untrusted_pairs ?? '0',
        }).toEqual({
          customer,
          pairs: String(facts.pairs),
          ms: String(facts.ms),
          regressions: String(facts.regressions),
          untrusted: String(facts.untrusted),
        });
        const plain = found.find((one) => one.meter === 0 && one.customer === customer);
        expect(plain?.evidence?.dropped_value ?? '0').toBe(String(facts.counter));
      }
      await engine.run(`DROP TABLE ${name}`);
    }),
    { numRuns: 30, seed: 20_260_501 },
  );
}, 120_000);

const metersOf = (table: string) => [
  meter('counter', checkpoints({ value: 'counter', tiebreak: 'tie' }, { table })),
  meter('trusted', checkpoints({ value: 'counter', tiebreak: 'tie', trusted: 'is_trusted' }, { table })),
  meter('gauge', checkpoints({ value: 'gauge', tiebreak: 'tie' }, { table, isGauge: true })),
];

/** Hour → native quantity, the exponent of a gauge undone. */
const native = (cell: UsageCell, index: number): Record<number, bigint> =>
  Object.fromEntries(
    cell.hours.map(({ hour, whole, frac }) => {
      const units = BigInt(whole) * 10n ** 12n + BigInt(frac);
      return [hour, units / 10n ** (index === 2 ? 6n : 12n)];
    }),
  );

function rowsOf({
  customer,
  series,
  startMs,
  points,
}: typeof timeline extends fc.Arbitrary<infer T> ? T : never): Checkpoint[] {
  let atMs = START + startMs;
  return points.flatMap((point) => {
    atMs += point.step;
    const row = {
      customer,
      series,
      atMs,
      tie: point.tie,
      batch: 0,
      counter: point.counter,
      gauge: point.gauge,
      isTrusted: point.isTrusted,
    };
    return point.replacedBy === null ? [row] : [row, { ...row, batch: 1, counter: point.replacedBy }];
  });
}

/** Keys are unique within a batch, as in the vectors. */
function keyedOnce(rows: readonly Checkpoint[]): Checkpoint[] {
  const kept = new Map(
    rows.map((row) => [JSON.stringify([row.customer, row.series, row.atMs, row.tie, row.batch]), row]),
  );
  return [...kept.values()];
}

async function fill(name: string, rows: readonly Checkpoint[]): Promise<void> {
  await engine.run(
    `CREATE TABLE ${name} (customer String, series String, at Int64, tie LowCardinality(String), counter Int64, gauge UInt64, is_trusted Bool) ENGINE = ReplacingMergeTree ORDER BY (customer, series, at, tie)`,
  );
  for (const batch of [0, 1]) {
    const part = rows.filter((row) => row.batch === batch);
    if (part.length === 0) continue;
    await engine.insert(
      name,
      part.map((row) => ({
        customer: row.customer,
        series: row.series,
        at: row.atMs,
        tie: row.tie,
        counter: row.counter.toString(),
        gauge: row.gauge.toString(),
        is_trusted: row.isTrusted,
      })),
    );
  }
}
