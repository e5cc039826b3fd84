import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runThrough } from '../../../main/cache/content-hash.ts';
import type { Db } from '../../../main/cache/open.ts';
import { openCache } from '../../../main/cache/open.ts';
import { beginPull, completePull, meterKeyOf, readPullsInForce, sweepPulls } from '../../../main/cache/pull-store.ts';
import { readSnapshot } from '../../../main/cache/snapshot.ts';
import { readUsageTotals } from '../../../main/cache/total-store.ts';
import { createUsageWriter } from '../../../main/cache/usage-writer.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { NOW, scratchFolder } from './scratch.ts';

const MONTH = parseMonth('2026-05');

function pullCells(db: Db, cells: number, whole: number): void {
  const pull = beginPull(db, {
    source: 'clickhouse',
    month: MONTH,
    meterKey: meterKeyOf(db, 'cpu'),
    startedAt: NOW,
    toolVersion: 'test',
    fingerprint: '',
    mappingFingerprint: '',
    selection: null,
    query: null,
    combine: 'sum',
    exponent: 0,
    stripeMeterId: null,
  });
  const writer = createUsageWriter(db, pull);
  for (let key = 1; key <= cells; key += 1) {
    writer.add({
      usageKey: key,
      usageId: `ws_${key}`,
      total: { whole, frac: 0, invalid: null },
      hours: null,
      evidence: null,
    });
  }
  writer.flush();
  const counts = { rows: cells, bytes: 0, requests: 0, retries: 0, skippedIdle: 0, selection: null };
  completePull(db, pull, { ...counts, finishedAt: NOW, contentHash: writer.contentHash() });
  runThrough(sweepPulls(db, NOW));
}

test('a pull that takes effect during a read, and removes the old rows, is not seen by it', () => {
  const path = join(scratchFolder(), 'tieout.db');
  const writer = openCache(path, { now: NOW });
  const reader = openCache(path, { now: NOW });
  pullCells(writer, 100, 1);
  const seen = readSnapshot(reader, () => {
    const wholes: number[] = [];
    const [inForce] = readPullsInForce(reader, MONTH);
    for (const chunk of readUsageTotals(reader, inForce?.pull ?? 0, 10)) {
      if (wholes.length === 0) pullCells(writer, 100, 2);
      wholes.push(...chunk.wholes);
    }
    return wholes;
  });
  expect(seen).toEqual(new Array(100).fill(1));
  const [now] = readPullsInForce(reader, MONTH);
  expect([...readUsageTotals(reader, now?.pull ?? 0)].flatMap((chunk) => [...chunk.wholes])).toEqual(
    new Array(100).fill(2),
  );
  expect(writer.prepare('SELECT count(*) FROM usage_month').pluck().get()).toBe(100);
  reader.close();
  writer.close();
});
