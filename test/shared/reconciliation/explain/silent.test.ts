import { describe, expect, test } from 'vitest';
import {
  type DriftingCell,
  NO_EVIDENCE,
  type PullEvidence,
} from '../../../../shared/reconciliation/explain/drifting-cell.ts';
import type { FaultCode } from '../../../../shared/reconciliation/explain/hypothesis.ts';
import { infer } from '../../../../shared/reconciliation/explain/infer.ts';
import { findPageCut } from '../../../../shared/reconciliation/explain/pagination.ts';
import { HOUR_MS, instant, parseInstant } from '../../../../shared/values/instant.ts';

const HOURS = 96;
const UNIT = 1_000_000_000n;
const from = parseInstant('2026-05-01T00:00:00Z');
const period = { from, to: instant(from + HOURS * HOUR_MS) };
const hour = (at: number) => instant(from + at * HOUR_MS);
/** Uneven, so that nothing fits by accident. */
const usage = (salt = 0): bigint[] =>
  Array.from(
    { length: HOURS },
    (_, at) => BigInt(50_000 + (((at + salt) * 7919 + at * at * 31) % 40_013)) * 1_000_000n,
  );
const used = usage();
const total = (hours: readonly (bigint | null)[]): bigint =>
  hours.reduce<bigint>((sum, value) => sum + (value ?? 0n), 0n);
const totals = (hours: readonly bigint[]): bigint[] => {
  let sum = 0n;
  return hours.map((value) => {
    sum += value;
    return sum;
  });
};

type More = Partial<Omit<DriftingCell, 'evidence'>> & { readonly evidence?: Partial<PullEvidence> };

function cell(isHeld: boolean, metered: readonly (bigint | null)[], more: More = {}): DriftingCell {
  const { evidence, ...rest } = more;
  return {
    period,
    pulledAt: instant(period.to + 50 * HOUR_MS),
    stalenessMs: 2 * HOUR_MS,
    unit: 'units',
    perUnit: UNIT,
    isHeld,
    measured: used,
    metered,
    measuredTotal: total(more.measured ?? used),
    meteredTotal: isHeld ? (metered.findLast((value) => value !== null) ?? 0n) : total(metered),
    previousTotal: 4_111_222_000_000n,
    before: { measured: usage(5).slice(-24), metered: usage(5).slice(-24) },
    after: { measured: usage(9).slice(0, 24), metered: usage(9).slice(0, 24) },
    others: [],
    loose: [],
    ...rest,
    evidence: { ...NO_EVIDENCE, ...evidence },
  };
}

const added = (change: (value: bigint, at: number) => bigint | null, more: More = {}): DriftingCell =>
  cell(false, used.map(change), more);
const held = (change: (value: bigint, at: number) => bigint | null, more: More = {}): DriftingCell =>
  cell(true, totals(used).map(change), more);
const without =
  (first: number, end: number) =>
  (value: bigint, at: number): bigint | null =>
    at >= first && at < end ? null : value;

const gap = added(without(30, 34));
const theirs = usage(77);

/** For each fault a similar one of another kind: what it is, and what it must not be taken for. */
const CASES: readonly (readonly [silent: FaultCode, is: FaultCode, cell: DriftingCell])[] = [
  ['missed_push', 'seam', added(without(30, 34), { evidence: { cutovers: [hour(34)] } })],
  ['late_push', 'missed_push', added(without(90, 96))],
  [
    'final_push_missing',
    'wrong_period',
    held(without(94, 96), { after: { measured: usage(9).slice(0, 24), metered: [total(used)] } }),
  ],
  ['duplicate_push', 'unit_scale', added((value, at) => (at > 50 ? (value * 23n) / 10n : value))],
  ['wrong_period', 'duplicate_push', added((value, at) => (at >= 40 && at < 43 ? value * 2n : value))],
  ['zone_shift', 'missed_push', added(without(0, 5))],
  ['unit_scale', 'duplicate_push', added((value, at) => (at % 9 === 0 ? value * 2n : value))],
  [
    'rounding',
    'late_rows',
    added((value, at) => (at % 5 === 0 ? value - (value % 7_001_000_000n) - 1n : value), {
      evidence: {
        arrivedLate: new Map(
          used.flatMap((value, at) => (at % 5 === 0 ? [[at, (value % 7_001_000_000n) + 1n] as const] : [])),
        ),
      },
    }),
  ],
  ['wrong_aggregation', 'same_second_tie', held((value) => value, { meteredTotal: totals(used)[93] as bigint })],
  [
    'wrong_customer',
    'missed_push',
    added(without(30, 34), { others: [{ name: 'cus_b', measured: theirs, metered: theirs.map(without(30, 34)) }] }),
  ],
  [
    'unmapped',
    'duplicate_push',
    added((value, at) => (at > 20 && at < 40 ? value * 2n : value), {
      loose: [{ name: 'ws_9', measured: theirs, metered: null }],
    }),
  ],
  ['rejected_events', 'missed_push', added(without(0, 20), { evidence: { customerFrom: hour(60) } })],
  [
    'pagination',
    'missed_push',
    added(() => null, {
      evidence: { pageCut: { orderedBy: 'customer', position: 12, cut: 100, of: 400, hours: null } },
    }),
  ],
  [
    'expired_rows',
    'wrong_period',
    added((value, at) => (at >= 4 && at < 20 ? value + (usage(9)[at - 4] as bigint) : value)),
  ],
  ['late_rows', 'unit_scale', added((value) => value / 60n, { evidence: { arrivedLate: new Map([[3, 11n]]) } })],
  ['seam', 'missed_push', added(without(30, 34), { evidence: { cutovers: [hour(60)] } })],
  ['same_second_tie', 'final_push_missing', held(without(93, 96))],
  [
    'query_changed',
    'unit_scale',
    added((value, at) => (at > 40 ? value / 1000n : value), { evidence: { queryChangedAt: hour(10) } }),
  ],
];

describe('a similar fault of another kind is not taken for', () => {
  test.each(CASES)('%s', (silent, is, drifting) => {
    const found = infer(drifting);
    expect(found?.claims.map(({ code }) => code)).toEqual([is]);
    expect(found?.candidates).not.toContain(silent);
  });
});

describe('what each fault looks like', () => {
  test('hours that are absent, to the hour and the unit', () => {
    const found = infer(gap);
    expect(found).toMatchObject({ confidence: 'high', left: 0n });
    expect(found?.claims[0]).toMatchObject({
      code: 'missed_push',
      hours: [30, 31, 32, 33],
      effect: used.slice(30, 34).map((value) => -value),
    });
    expect(found?.predicted).toEqual(used.map((value, at) => without(30, 34)(value, at) ?? 0n));
  });

  test('two at once: the largest share first', () => {
    const metered = used.map((value, at) => (at < 20 ? 0n : at === 50 ? value * 2n : value));
    expect(infer(cell(false, metered))).toMatchObject({
      confidence: 'high',
      claims: [{ code: 'missed_push' }, { code: 'duplicate_push' }],
    });
  });

  test('what nothing explains says so, and names what comes nearest', () => {
    const found = infer(
      added((value, at) => value - BigInt((at * 37) % 101) * 1_000_000n + (at % 2 === 0 ? 9_000_000_000n : 0n)),
    );
    expect(found?.confidence).toBe('low');
    expect(found?.claims.length === 0 || found?.left !== 0n).toBe(true);
  });

  test('late pushes that arrive within the month are no drift', () => {
    const metered = [...used] as (bigint | null)[];
    metered[10] = null;
    metered[11] = (used[10] as bigint) + (used[11] as bigint);
    expect(infer(cell(false, metered))).toBeNull();
    metered[40] = null;
    expect(infer(cell(false, metered))?.claims).toMatchObject([{ code: 'missed_push', hours: [40] }]);
  });

  test('values that are held: another total is another customer', () => {
    const other = totals(theirs);
    const found = infer(
      held((value, at) => (at < 40 ? value : (other[at] as bigint)), {
        others: [{ name: 'cus_b', measured: theirs, metered: other.map((value, at) => (at < 40 ? value : null)) }],
      }),
    );
    expect(found?.claims).toMatchObject([{ code: 'wrong_customer', counterpart: 'cus_b' }]);
  });
});

describe('a pusher that sends every 40 minutes, whatever the hour', () => {
  const SLOTS = 6;
  const EVERY = 4;
  const slot = (at: number): bigint => (used[Math.floor(at / SLOTS)] as bigint) / BigInt(SLOTS);
  type Push = { readonly at: number; readonly value: bigint };
  const pushes = Array.from({ length: (HOURS * SLOTS) / EVERY }, (_, index): Push => {
    const from = index * EVERY;
    const value = Array.from({ length: EVERY }, (_, step) => slot(from + step)).reduce((sum, part) => sum + part, 0n);
    return { at: from + EVERY - 1, value };
  });
  const sixths = used.map((value) => (value / BigInt(SLOTS)) * BigInt(SLOTS));
  const sent = (list: readonly Push[], more: More = {}): DriftingCell => {
    const metered = new Array<bigint | null>(HOURS).fill(null);
    for (const { at, value } of list) metered[Math.floor(at / SLOTS)] = (metered[Math.floor(at / SLOTS)] ?? 0n) + value;
    return cell(false, metered, { measured: sixths, ...more });
  };
  const isWithin =
    (from: number, to: number) =>
    ({ at }: Push): boolean =>
      at >= from * SLOTS && at < to * SLOTS;
  const withoutDay = pushes.filter((push) => !isWithin(30, 54)(push));
  const doubled = [...pushes, ...pushes.filter(isWithin(30, 40))];

  test.each<readonly [string, FaultCode | null, DriftingCell]>([
    ['nothing is wrong', null, sent(pushes)],
    ['a day is missing', 'missed_push', sent(withoutDay)],
    ['ten hours stand twice', 'duplicate_push', sent(doubled)],
    ['a gap at the cutover', 'seam', sent(withoutDay, { evidence: { cutovers: [hour(30)] } })],
    ['a gap far from a cutover', 'missed_push', sent(withoutDay, { evidence: { cutovers: [hour(80)] } })],
    ['another unit', 'unit_scale', sent(pushes.map((push) => ({ ...push, value: push.value * 1000n })))],
  ])('%s', (_title, code, drifting) => {
    const found = infer(drifting);
    expect(found?.claims.map((claim) => claim.code) ?? []).toEqual(code === null ? [] : [code]);
    // Hours that cannot be compared alone prove nothing for certain.
    expect(found?.confidence).not.toBe('high');
  });
});

describe('a month that the pusher cuts elsewhere', () => {
  test('the total begins anew before the end', () => {
    const early = totals(used).map((value, at) => (at < HOURS - 5 ? value : total(used.slice(HOURS - 5, at + 1))));
    expect(infer(cell(true, early))?.claims).toMatchObject([{ code: 'zone_shift', shift: -5 }]);
  });

  test('a final push that is missing is none', () => {
    expect(infer(held(without(91, 96)))?.claims).toMatchObject([{ code: 'final_push_missing' }]);
  });
});

test('a retry that lands two hours later is a duplicate, a month beside is none', () => {
  const again = added((value, at) => (at >= 42 && at < 46 ? value + (used[at - 2] as bigint) : value));
  expect(infer(again)?.claims).toMatchObject([{ code: 'duplicate_push', hours: [42, 43, 44, 45] }]);
  const beside = added((value, at) => (at < 4 ? value + (usage(5).at(at - 4) as bigint) : value));
  expect(infer(beside)?.claims).toMatchObject([{ code: 'wrong_period' }]);
});

describe('where a list was cut', () => {
  const at = (isAbsent: boolean) => ({ hasUsage: true, isAbsent });
  const idle = { hasUsage: false, isAbsent: false };

  test('everyone after a place', () => {
    const list = [at(false), at(false), idle, at(false), at(true), idle, at(true), at(true)];
    expect(findPageCut(list)).toEqual({ cut: 4, of: 8 });
  });

  test.each([
    ['one after it is there', [at(false), at(false), at(false), at(true), at(true), at(true), at(false)]],
    ['too few', [at(false), at(false), at(false), at(true), at(true)]],
    ['many before it are absent too', [at(true), at(false), at(true), at(false), at(true), at(true), at(true)]],
    ['nobody', []],
  ])('none: %s', (_title, list) => {
    expect(findPageCut(list)).toBeNull();
  });
});
