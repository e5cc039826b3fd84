import { expect, test } from 'vitest';
import { usageKeyOf } from '../../../main/cache/identity-store.ts';
import { meterKeyOf } from '../../../main/cache/pull-store.ts';
import { type NewReading, readShadowRuns, type ShadowRun, saveShadowRun } from '../../../main/cache/shadow-store.ts';
import { instant, parseInstant } from '../../../shared/values/instant.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { NOW, scratchCache } from './scratch.ts';

const MAY = parseMonth('2026-05');
const run = (more: Partial<ShadowRun> = {}): ShadowRun => ({
  month: MAY,
  at: NOW,
  cells: 3,
  structural: 1,
  stale: 1,
  exitCode: 1,
  ...more,
});

test('a round is read as it was kept, oldest first, of one month or of all', () => {
  const db = scratchCache();
  const reading: NewReading = {
    meterKey: meterKeyOf(db, 'calls'),
    customerKey: 0,
    usageKey: usageKeyOf(db, 'ws_1'),
    verdict: 'stale_overdue',
    measured: '9007199254740993.000000000001',
    metered: null,
    drift: '9007199254740993.000000000001',
    upstreamOk: false,
    held: { hour: parseInstant('2026-05-31T20:00:00Z'), ageMs: 21_600_000 },
    pitfalls: ['final_push_missing'],
  };
  const plain: NewReading = { ...reading, usageKey: 0, upstreamOk: null, drift: null, held: null, pitfalls: [] };
  saveShadowRun(db, run(), [reading, plain]);
  saveShadowRun(db, run({ month: parseMonth('2026-06'), at: instant(NOW + 1), exitCode: 0 }), []);
  saveShadowRun(db, run({ at: instant(NOW + 2) }), []);
  const { meterKey: _meterKey, customerKey: _customerKey, usageKey: _usageKey, ...kept } = reading;
  const [first, ...others] = readShadowRuns(db, { month: MAY, limit: 10 });
  expect(first).toMatchObject(run());
  expect(first?.readings.find(({ usageId }) => usageId !== null)).toEqual({
    ...kept,
    meter: 'calls',
    customer: null,
    name: null,
    usageId: 'ws_1',
  });
  expect(first?.readings.find(({ usageId }) => usageId === null)).toMatchObject({
    upstreamOk: null,
    held: null,
    pitfalls: [],
  });
  expect(others.map(({ at }) => at)).toEqual([NOW + 2]);
  expect(readShadowRuns(db, { month: null, limit: 2 }).map(({ at }) => at)).toEqual([NOW + 1, NOW + 2]);
});

test('a round that cannot be kept whole is not kept', () => {
  const db = scratchCache();
  const broken = function* (): Generator<NewReading> {
    yield* [];
    throw new Error('half way');
  };
  expect(() => saveShadowRun(db, run(), broken())).toThrow('half way');
  expect(readShadowRuns(db, { month: null, limit: 10 })).toEqual([]);
});
