import { expect, test } from 'vitest';
import { upsertCustomer } from '../../../main/cache/customer-store.ts';
import { usageKeyOf } from '../../../main/cache/identity-store.ts';
import { meterKeyOf } from '../../../main/cache/pull-store.ts';
import {
  type ExceptionRow,
  readLatestRun,
  readRun,
  readRunExceptions,
  saveReconcileRun,
} from '../../../main/cache/reconcile-run-store.ts';
import { NOW, scratchCache } from './scratch.ts';

test('a run and its exceptions come back as they went in', () => {
  const db = scratchCache();
  upsertCustomer(db, {
    id: 'cus_1',
    name: null,
    email: null,
    metadata: {},
    currency: null,
    balanceMinor: 0n,
    discount: null,
    taxExempt: 'none',
    isDeleted: false,
    testClock: null,
    created: null,
  });
  const meterKey = meterKeyOf(db, 'cpu');
  const usageKey = usageKeyOf(db, 'ws_1');
  const exceptions = Array.from({ length: 250 }, (_, index): ExceptionRow => {
    const isUnmapped = index % 3 === 0;
    return {
      ordinal: index + 1,
      meterKey,
      customerKey: isUnmapped ? null : 1,
      usageKey,
      usageIds: index % 2 === 0 ? ['ws_1'] : ['ws_1', 'ws_2'],
      measured: '123456789012345678.000000000001',
      metered: null,
      billed: null,
      driftAbsolute: '1',
      driftRelative: '0.5',
      verdict: isUnmapped ? 'unmapped' : 'missing_stripe',
      isStructural: true,
      cause: isUnmapped ? null : { code: 'unexplained', confidence: 'low', evidence: 'none', also: ['rounding'] },
      incident: isUnmapped ? '2026-05/unmapped' : null,
      money: isUnmapped
        ? null
        : { currency: 'usd', measuredMinor: 2n ** 62n, meteredMinor: 0n, billedMinor: null, differenceMinor: -1n },
      billing: index % 5 === 0 ? { verdict: 'line_twice', line: `il_${index}` } : null,
    };
  });
  const run = {
    month: '2026-05',
    createdAt: NOW,
    toolVersion: 'test',
    inputDigest: 'in',
    asOf: { clickhouse: NOW, stripe: null },
    exitCode: 1 as const,
    summary: { cells: 250 },
    contentHash: 'out',
  };
  const key = saveReconcileRun(db, run, exceptions);
  expect(readRun(db, key)).toEqual({ ...run, run: key });
  expect(readLatestRun(db, '2026-05')?.run).toBe(key);
  expect(readLatestRun(db, '2026-06')).toBeNull();
  expect([...readRunExceptions(db, key, 40)].flat()).toEqual(exceptions);
});

test('a run that cannot be saved whole is not saved at all', () => {
  const db = scratchCache();
  const run = {
    month: '2026-05',
    createdAt: NOW,
    toolVersion: 'test',
    inputDigest: 'in',
    asOf: { clickhouse: null, stripe: null },
    exitCode: 0 as const,
    summary: null,
    contentHash: 'out',
  };
  const failing = function* (): Generator<ExceptionRow> {
    yield* [];
    throw new Error('broken');
  };
  expect(() => saveReconcileRun(db, run, failing())).toThrow('broken');
  expect(readLatestRun(db, '2026-05')).toBeNull();
});

test('a run of an earlier version is read with the names that causes have now', () => {
  const db = scratchCache();
  const former = (code: string) => ({ code: code as 'unmapped', confidence: 'high' as const, evidence: 'e' });
  const row: ExceptionRow = {
    ordinal: 1,
    meterKey: meterKeyOf(db, 'cpu'),
    customerKey: null,
    usageKey: usageKeyOf(db, 'ws_1'),
    usageIds: ['ws_1'],
    measured: '1',
    metered: null,
    billed: null,
    driftAbsolute: '1',
    driftRelative: '1',
    verdict: 'unmapped',
    isStructural: true,
    cause: { ...former('missing_mapping'), also: ['shifted_period' as 'zone_shift'] },
    incident: null,
    money: null,
    billing: null,
  };
  const run = {
    month: '2026-05',
    createdAt: NOW,
    toolVersion: 'test',
    inputDigest: 'in',
    asOf: { clickhouse: NOW, stripe: null },
    exitCode: 1 as const,
    summary: { byCause: [{ code: 'duplicated_push', cells: 1 }] },
    contentHash: 'out',
  };
  const key = saveReconcileRun(db, run, [row]);
  expect(readRun(db, key)?.summary).toEqual({ byCause: [{ code: 'duplicate_push', cells: 1 }] });
  expect([...readRunExceptions(db, key)].flat()[0]?.cause).toEqual({ ...former('unmapped'), also: ['zone_shift'] });
});
