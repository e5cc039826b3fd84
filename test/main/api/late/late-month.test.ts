import { expect, test } from 'vitest';
import { adjustmentsOfEntry, decideLate } from '../../../../main/api/late/decide.ts';
import { linesOf } from '../../../../main/api/late/late-document.ts';
import { type LateEntry, lateMonth } from '../../../../main/api/late/late-month.ts';
import { readLiveRuns } from '../../../../main/cache/rating-run-store.ts';
import type { Price } from '../../../../shared/billing/price.ts';
import { formatDecimal, ZERO } from '../../../../shared/values/decimal.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../../shared/values/money.ts';
import { MONTH, PERIOD, wholeHours } from '../../pull/fake-sources.ts';
import {
  BILLED_AT,
  type Billed,
  invoiceOf,
  LATER,
  type LateWorld,
  lateWorld,
  price,
  type Shown,
  subscription,
} from './late-world.ts';

const tier = (upTo: string | null, unitAmount: string, flatAmount: string | null = null) => ({
  upTo,
  unitAmount,
  flatAmount,
});

const UNIT = price('price_unit', { unitAmount: '0.5' });
const GRADUATED = price('price_grad', { tiersMode: 'graduated', tiers: [tier('100', '10'), tier(null, '5')] });
const FEES = price('price_fees', {
  tiersMode: 'graduated',
  tiers: [tier('1000', '0', '1000'), tier(null, '0.5', '300')],
});
const VOLUME = price('price_vol', { tiersMode: 'volume', tiers: [tier('15', '1000'), tier(null, '500')] });
const PACKAGES = price('price_pack', { unitAmount: '1500', transformQuantity: { divideBy: '10', round: 'up' } });
const FLOORED = price('price_floor', { unitAmount: '1500', transformQuantity: { divideBy: '10', round: 'down' } });
const YEN = price('price_yen', { currency: 'jpy', unitAmount: '1.5' });
const DINAR = price('price_dinar', { currency: 'kwd', unitAmount: '0.5' });

type Row = {
  readonly name: string;
  readonly sold: Price;
  /** What was measured when it was billed, and what is measured now. */
  readonly before: number;
  readonly after: number;
  readonly shown: readonly Shown[];
  /** Component, quantity and total of every line. */
  readonly lines: readonly string[];
  readonly correction: string;
  readonly drift?: string | null;
};

const ROWS: readonly Row[] = [
  {
    name: 'per unit: 130 × 0.5 − 100 × 0.5 = 15 cents',
    sold: UNIT,
    before: 100,
    after: 130,
    shown: [['100', 50n, '0.5']],
    lines: ['usage.unit 30 0.15'],
    correction: '0.15',
  },
  {
    name: 'usage taken back',
    sold: UNIT,
    before: 100,
    after: 60,
    shown: [['100', 50n, '0.5']],
    lines: ['usage.unit -40 -0.20'],
    correction: '-0.20',
  },
  {
    name: 'all of it taken back is a reversal of the invoice line',
    sold: UNIT,
    before: 100,
    after: 0,
    shown: [['100', 50n, '0.5']],
    lines: ['usage.unit -100 -0.50'],
    correction: '-0.50',
  },
  {
    name: 'what was missing at billing is corrected too: 130 × 0.5 − 40',
    sold: UNIT,
    before: 100,
    after: 130,
    shown: [['80', 40n, '0.5']],
    lines: ['usage.unit 50 0.25'],
    correction: '0.25',
    drift: '20',
  },
  {
    name: 'an amount written by hand counts as it was billed: 65 − 60',
    sold: UNIT,
    before: 100,
    after: 130,
    shown: [['100', 60n, '0.5']],
    lines: ['usage.unit 30 0.05'],
    correction: '0.05',
  },
  {
    name: 'what was sold at another unit amount is taken back at that one: −100 + 65',
    sold: UNIT,
    before: 100,
    after: 130,
    shown: [['100', 100n, '1']],
    lines: ['usage.unit -100 -1.00', 'usage.unit 130 0.65'],
    correction: '-0.35',
  },
  {
    name: 'graduated: 10 more in the first tier, 30 in the second: 100 + 150',
    sold: GRADUATED,
    before: 90,
    after: 130,
    shown: [['90', 900n, '10']],
    lines: ['graduated.1.unit 10 1.00', 'graduated.2.unit 30 1.50'],
    correction: '2.50',
  },
  {
    name: 'graduated, two lines on the invoice: 40 more at 5',
    sold: GRADUATED,
    before: 130,
    after: 170,
    shown: [
      ['100', 1000n, '10'],
      ['30', 150n, '5'],
    ],
    lines: ['graduated.2.unit 40 2.00'],
    correction: '2.00',
  },
  {
    name: 'graduated, one line for all tiers on an older invoice: 40 more at 5',
    sold: GRADUATED,
    before: 130,
    after: 170,
    shown: [['130', 1150n]],
    lines: ['graduated.2.unit 40 2.00'],
    correction: '2.00',
  },
  {
    name: 'a tier that is entered late has its fee: 300 + 50 × 0.5',
    sold: FEES,
    before: 900,
    after: 1050,
    shown: [
      ['900', 0n, '0'],
      ['0', 1000n],
    ],
    lines: ['graduated.2.flat 1 3.00', 'graduated.2.unit 50 0.25'],
    correction: '3.25',
  },
  {
    name: 'fees that are paid are not charged again: 200 × 0.5',
    sold: FEES,
    before: 1500,
    after: 1700,
    shown: [
      ['1000', 0n, '0'],
      ['0', 1000n],
      ['500', 250n, '0.5'],
      ['0', 300n],
    ],
    lines: ['graduated.2.unit 200 1.00'],
    correction: '1.00',
  },
  {
    name: 'volume: the whole quantity moves to the next tier: 16 × 5 − 15 × 10 = −70',
    sold: VOLUME,
    before: 15,
    after: 16,
    shown: [['15', 15_000n, '1000']],
    lines: ['volume.unit -15 -150.00', 'volume.unit 16 80.00'],
    correction: '-70.00',
  },
  {
    name: 'packages of 10, shown as units: 11 is a second one',
    sold: PACKAGES,
    before: 9,
    after: 11,
    shown: [['9', 1500n]],
    lines: ['usage.package 1 15.00'],
    correction: '15.00',
  },
  {
    name: 'packages that are shown as packages say nothing of their contents',
    sold: PACKAGES,
    before: 25,
    after: 31,
    shown: [['3', 4500n]],
    lines: ['usage.package 1 15.00'],
    correction: '15.00',
    drift: null,
  },
  {
    name: 'packages that are rounded down: 20 is the second one',
    sold: FLOORED,
    before: 19,
    after: 20,
    shown: [['19', 1500n]],
    lines: ['usage.unit 1 15.00'],
    correction: '15.00',
  },
  {
    name: 'no minor digits: 3 × 1.5 was rounded to 5, 4 × 1.5 is 6',
    sold: YEN,
    before: 3,
    after: 4,
    shown: [['3', 5n, '1.5']],
    lines: ['usage.unit 1 1'],
    correction: '1',
  },
  {
    name: 'three minor digits: 3 × 0.5 was rounded to 2, 5 × 0.5 rounds to 3',
    sold: DINAR,
    before: 3,
    after: 5,
    shown: [['3', 2n, '0.5']],
    lines: ['usage.unit 2 0.001'],
    correction: '0.001',
  },
  {
    name: 'what costs less than half a minor unit more is nothing due',
    sold: DINAR,
    before: 3,
    after: 4,
    shown: [['3', 2n, '0.5']],
    lines: [],
    correction: '0.000',
  },
];

const linesText = (entry: LateEntry, engine: 'delta' | 'period_preserving'): readonly string[] =>
  linesOf(entry, engine)
    .map(
      ({ component, quantity, totals }) =>
        `${component} ${formatDecimal(quantity)} ${formatMinorAsMajor(totals.totalMinor, entry.currency)}`,
    )
    .sort();

const onlyEntry = (world: LateWorld, now = LATER): LateEntry => {
  const [entry, ...others] = lateMonth(world.request(now)).entries;
  if (entry === undefined || others.length > 0)
    throw new Error(`${others.length + Number(entry !== undefined)} entries`);
  return entry;
};

test.each(ROWS)('$name', async ({ sold, before, after, shown, lines, correction, drift = '0' }) => {
  const world = lateWorld({ price: sold, shown });
  await world.pull(BILLED_AT, wholeHours(before));
  expect(lateMonth(world.request(LATER)).entries).toEqual([]);
  await world.pull(LATER, wholeHours(before, after - before));
  const entry = onlyEntry(world);
  expect(linesText(entry, 'period_preserving')).toEqual([...lines].sort());
  expect(linesText(entry, 'delta')).toEqual([...lines].sort());
  expect(formatMinorAsMajor(entry.correctionMinor ?? -1n, sold.currency)).toBe(correction);
  expect(entry.late === null ? null : formatDecimal(entry.late)).toBe(String(after - before));
  expect(entry.driftAtBilling === null ? null : formatDecimal(entry.driftAtBilling)).toBe(drift);
  expect(entry.state).toBe(lines.length === 0 ? 'nothing_due' : 'undecided');
});

const SOLD: Billed = { price: UNIT, shown: [['100', 50n, '0.5']] };

test('delta books on the open month, period-preserving on the period that was billed, naming its run', async () => {
  const world = lateWorld(SOLD);
  await world.pull(BILLED_AT, wholeHours(100));
  await world.pull(LATER, wholeHours(130));
  const entry = onlyEntry(world);
  const [late] = linesOf(entry, 'delta');
  expect(late?.servicePeriod.from).toBe(PERIOD.to);
  expect(late?.correctsRun).toBe(null);
  const [preserved] = linesOf(entry, 'period_preserving');
  expect(preserved?.servicePeriod).toEqual(PERIOD);
  expect(preserved?.correctsRun).toBe(String(entry.charges[0]?.billed.run));
});

test('two items of one meter: the adjustment of each names its own run', async () => {
  const cent = price('price_cent', { unitAmount: '1' });
  const other = invoiceOf({ price: cent, shown: [['100', 100n, '1']], invoiceId: 'in_2' });
  const world = lateWorld(SOLD, { prices: [UNIT, cent], invoices: [invoiceOf(SOLD), other] });
  await world.pull(BILLED_AT, wholeHours(100));
  await world.pull(LATER, wholeHours(130));
  const entry = onlyEntry(world);
  const runs = entry.charges.map(({ billed }) => String(billed.run));
  expect(new Set(runs).size).toBe(2);
  expect(adjustmentsOfEntry(entry, 'period_preserving')).toMatchObject([
    { component: 'usage.unit', amountMinor: 15n, correctsRun: runs[0] },
    { component: 'usage.unit', amountMinor: 30n, correctsRun: runs[1] },
  ]);
  expect(adjustmentsOfEntry(entry, 'delta').map(({ amountMinor }) => amountMinor)).toEqual([15n, 30n]);
});

test('pulling again changes nothing that is recorded', async () => {
  const world = lateWorld(SOLD);
  await world.pull(BILLED_AT, wholeHours(100));
  const recorded = [...readLiveRuns(world.db, MONTH)];
  await world.pull(LATER, wholeHours(100));
  expect([...readLiveRuns(world.db, MONTH)]).toEqual(recorded);
  expect(lateMonth(world.request(LATER)).entries).toEqual([]);
  await world.pull(LATER, wholeHours(130));
  expect([...readLiveRuns(world.db, MONTH)]).toEqual(recorded);
});

test('the same inputs give the same digest in another workspace', async () => {
  const digests = [];
  for (const world of [lateWorld(SOLD), lateWorld(SOLD)]) {
    await world.pull(BILLED_AT, wholeHours(100));
    digests.push([...readLiveRuns(world.db, MONTH)].flat(2).map(({ inputDigest }) => inputDigest));
  }
  expect(digests[0]).toHaveLength(1);
  expect(digests[0]).toEqual(digests[1]);
});

test('a draft is not recorded; a voided invoice is as if it never was, and the next one is recorded', async () => {
  const world = lateWorld({ ...SOLD, status: 'draft' });
  await world.pull(BILLED_AT, wholeHours(100));
  expect([...readLiveRuns(world.db, MONTH)]).toEqual([]);
  world.billing.invoices = [invoiceOf(SOLD)];
  await world.pull(BILLED_AT, wholeHours(100));
  world.billing.invoices = [
    invoiceOf({ ...SOLD, status: 'void' }),
    invoiceOf({ ...SOLD, invoiceId: 'in_2', shown: [['120', 60n, '0.5']] }),
  ];
  await world.pull(LATER, wholeHours(120));
  expect([...readLiveRuns(world.db, MONTH)].flat(2)).toMatchObject([{ run: 2, invoiceId: 'in_2' }]);
  expect(lateMonth(world.request(LATER)).entries).toEqual([]);
  await world.pull(LATER, wholeHours(130));
  expect(onlyEntry(world).correctionMinor).toBe(5n);
});

test('a correction that is booked stays listed when its invoice is voided and nothing comes in its place', async () => {
  const world = lateWorld(SOLD);
  await world.pull(BILLED_AT, wholeHours(100));
  await world.pull(LATER, wholeHours(130));
  const choice = { customer: 'cus_1', meter: 'calls', engine: 'delta', note: '', author: 'Ada' } as const;
  decideLate(world.request(LATER), { ...choice, digest: onlyEntry(world).digest, decision: 'invoiced' }, 'test');
  world.billing.invoices = [invoiceOf({ ...SOLD, status: 'void' })];
  await world.pull(LATER, wholeHours(130));
  expect(onlyEntry(world)).toMatchObject({
    state: 'incomplete',
    invoicedMinor: 15n,
    correctionMinor: null,
    problem: { message: expect.stringContaining('voided since') },
  });
});

test('within a free trial nothing is due', async () => {
  const world = lateWorld({ price: UNIT, shown: [['100', 0n, '0.5']] }, { subscriptions: [subscription(PERIOD)] });
  await world.pull(BILLED_AT, wholeHours(100));
  await world.pull(LATER, wholeHours(130));
  expect(onlyEntry(world)).toMatchObject({ state: 'nothing_due', correctionMinor: 0n });
});

test('a waiver holds until other usage arrives', async () => {
  const world = lateWorld(SOLD);
  await world.pull(BILLED_AT, wholeHours(100));
  await world.pull(LATER, wholeHours(130));
  const choice = { customer: 'cus_1', meter: 'calls', digest: onlyEntry(world).digest, engine: 'delta' } as const;
  const words = { note: 'goodwill', author: 'Ada' };
  const waived = decideLate(world.request(LATER), { ...choice, decision: 'waive', ...words }, 'test');
  expect(waived).toMatchObject({ state: 'waived', decision: words, correctionMinor: 15n });
  await world.pull(LATER, wholeHours(130));
  expect(onlyEntry(world).state).toBe('waived');
  await world.pull(LATER, wholeHours(140));
  expect(onlyEntry(world)).toMatchObject({ state: 'undecided', decision: null, correctionMinor: 20n });
  const stale = () => decideLate(world.request(LATER), { ...choice, decision: 'waive', ...words }, 'test');
  expect(stale).toThrow(expect.objectContaining({ code: 'late.changed' }));
});

test('a decision is taken back by another one, and both stay on record', async () => {
  const world = lateWorld(SOLD);
  await world.pull(BILLED_AT, wholeHours(100));
  await world.pull(LATER, wholeHours(130));
  const choice = { customer: 'cus_1', meter: 'calls', digest: null, engine: 'delta', note: '', author: 'Ada' } as const;
  expect(decideLate(world.request(LATER), { ...choice, decision: 'carry_forward' }, 'test').state).toBe(
    'carried_forward',
  );
  expect(decideLate(world.request(LATER), { ...choice, decision: 'undecided' }, 'test').state).toBe('undecided');
  expect(world.db.prepare('SELECT count(*) FROM late_decision').pluck().get()).toBe(2);
});

test.each(['delta', 'period_preserving'] as const)('what was invoiced by %s is never booked again', async (engine) => {
  const world = lateWorld({ price: VOLUME, shown: [['15', 15_000n, '1000']] });
  await world.pull(BILLED_AT, wholeHours(15));
  await world.pull(LATER, wholeHours(16));
  const choice = { customer: 'cus_1', meter: 'calls', digest: null, engine, note: '', author: 'Ada' } as const;
  const booked = decideLate(world.request(LATER), { ...choice, decision: 'invoiced' }, 'test');
  expect(booked).toMatchObject({ state: 'invoiced', correctionMinor: 0n, invoicedMinor: -7000n });
  expect(() => decideLate(world.request(LATER), { ...choice, decision: 'invoiced' }, 'test')).toThrow(
    expect.objectContaining({ code: 'late.final' }),
  );
  await world.pull(LATER, wholeHours(14));
  expect(onlyEntry(world)).toMatchObject({ state: 'undecided', correctionMinor: 6000n, booked: { minor: 8000n } });
  await world.pull(LATER, wholeHours(16));
  expect(onlyEntry(world)).toMatchObject({ state: 'invoiced', correctionMinor: 0n });
});

test.each([
  [{ decision: 'waive', note: '', author: 'Ada' }, 'late.note_missing'],
  [{ decision: 'invoiced', note: '', author: ' ' }, 'late.author_missing'],
  [{ decision: 'waive', note: 'x', author: 'Ada', meter: 'bytes' }, 'late.not_found'],
] as const)('a decision that lacks something is refused: %o', async (given, code) => {
  const world = lateWorld(SOLD);
  await world.pull(BILLED_AT, wholeHours(100));
  await world.pull(LATER, wholeHours(130));
  const choice = { customer: 'cus_1', meter: 'calls', digest: null, engine: 'delta', ...given } as const;
  expect(() => decideLate(world.request(LATER), choice, 'test')).toThrow(expect.objectContaining({ code }));
  expect(onlyEntry(world).state).toBe('undecided');
});

test('usage that nobody owned when it was billed: that it is late cannot be told', async () => {
  const world = lateWorld(SOLD);
  const { customers } = world.billing;
  world.billing.customers = customers.map((each) => ({ ...each, metadata: {} }));
  await world.pull(BILLED_AT, wholeHours(100));
  world.billing.customers = customers;
  await world.pull(LATER, wholeHours(130));
  expect(onlyEntry(world)).toMatchObject({
    state: 'incomplete',
    correctionMinor: null,
    problem: { code: 'late.not_recorded' },
  });
});

test('a meter that is measured otherwise now does not compare', async () => {
  const world = lateWorld(SOLD);
  await world.pull(BILLED_AT, wholeHours(100), 'another query');
  await world.pull(LATER, wholeHours(130));
  expect(onlyEntry(world)).toMatchObject({ state: 'incomplete', late: null, problem: { code: 'late.not_recorded' } });
});

test('an invoice whose usage was pulled before its period ended waits for the next pull', async () => {
  const world = lateWorld(SOLD);
  await world.pull(PERIOD.from, wholeHours(100));
  expect(lateMonth(world.request(LATER))).toMatchObject({ unrecorded: 1, billed: { runs: 0 }, entries: [] });
  await world.pull(BILLED_AT, wholeHours(100));
  expect(lateMonth(world.request(LATER))).toMatchObject({ unrecorded: 0, billed: { runs: 1 }, entries: [] });
});

test('two invoices that bill the same: late usage is corrected once, and the second charge taken back with it', async () => {
  const world = lateWorld(SOLD, { invoices: [invoiceOf(SOLD), invoiceOf({ ...SOLD, invoiceId: 'in_2' })] });
  await world.pull(BILLED_AT, wholeHours(100));
  expect(lateMonth(world.request(LATER)).entries).toEqual([]);
  await world.pull(LATER, wholeHours(130));
  const entry = onlyEntry(world);
  expect(entry).toMatchObject({ correctionMinor: -35n, booked: { minor: 100n } });
  expect(formatDecimal(entry.driftAtBilling ?? ZERO)).toBe('-100');
});

const at = (hour: number, whole: number) => ({ hour, whole, frac: 0 });
const DAY_TEN = 9 * 24;

test('a service period that is not the month: only usage within it is late', async () => {
  const period = { from: parseInstant('2026-05-10T00:00:00Z'), to: parseInstant('2026-05-20T00:00:00Z') };
  const world = lateWorld({ ...SOLD, period });
  const before = [at(DAY_TEN - 1, 40), at(DAY_TEN, 100)];
  await world.pull(BILLED_AT, before);
  await world.pull(LATER, [...before.slice(0, 1), at(DAY_TEN, 101), at(DAY_TEN + 239, 29), at(DAY_TEN + 240, 7)]);
  const entry = onlyEntry(world);
  expect(formatDecimal(entry.late ?? ZERO)).toBe('30');
  expect(entry.correctionMinor).toBe(15n);
});

test('a service period that begins inside an hour with usage cannot be told; with an empty one it can', async () => {
  const period = { from: parseInstant('2026-05-10T00:30:00Z'), to: parseInstant('2026-05-20T00:00:00Z') };
  const cut = lateWorld({ ...SOLD, period });
  await cut.pull(BILLED_AT, [at(DAY_TEN, 1), at(DAY_TEN + 1, 99)]);
  expect(onlyEntry(cut)).toMatchObject({ state: 'incomplete', problem: { code: 'late.not_recorded' } });
  const whole = lateWorld({ ...SOLD, period });
  await whole.pull(BILLED_AT, [at(DAY_TEN + 1, 100)]);
  await whole.pull(LATER, [at(DAY_TEN + 1, 130)]);
  expect(onlyEntry(whole)).toMatchObject({ state: 'undecided', correctionMinor: 15n });
});

test('a usage id that fits two customers counts for nobody', async () => {
  const world = lateWorld(SOLD);
  const twin = { ...world.billing.customers[0], id: 'cus_2', name: 'Twin' } as (typeof world.billing.customers)[0];
  await world.pull(BILLED_AT, wholeHours(100));
  world.billing.customers = [...world.billing.customers, twin];
  await world.pull(LATER, wholeHours(130));
  expect(onlyEntry(world)).toMatchObject({
    state: 'incomplete',
    problem: { message: expect.stringContaining('no usage id') },
  });
});
