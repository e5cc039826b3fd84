import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellAt, type MeterBlock } from '../../../../main/api/reconcile/block.ts';
import { reconcileMonth } from '../../../../main/api/reconcile/reconcile-month.ts';
import { reportRow } from '../../../../shared/reports/cell-row.ts';
import { formatDecimal } from '../../../../shared/values/decimal.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { reconcileSlowly } from '../../../oracles/reconcile-oracle.ts';
import { build, type Series, type World } from './world.ts';

const quantity = fc.oneof(
  fc.constantFrom('0', '1', '1000', '999', '998.999999999999', '1001'),
  fc.bigInt({ min: 0n, max: 5000n }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 29n }).map((coefficient) => formatDecimal({ coefficient, scale: 12 })),
  fc.bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 2n }).map(String),
  fc.constant('-3'),
);
const positive = fc.bigInt({ min: 1n, max: 10n ** 7n }).map((coefficient) => formatDecimal({ coefficient, scale: 2 }));
const hours = fc.dictionary(fc.integer({ min: 738, max: 743 }).map(String), positive, { minKeys: 1, maxKeys: 5 });
const usageIds = ['ws_1', 'ws_2', 'ws_3', 'ws_4', 'ws_5'];
const customerIds = ['cus_a', 'cus_b', 'cus_c', 'cus_d'];

/** The pushes of an hourly worker that was cut off, or some of the quantities by themselves. */
const cell = fc.oneof(
  fc.record({ usage: fc.option(quantity, { nil: undefined }), metered: fc.option(quantity) }),
  fc.tuple(hours, fc.integer({ min: 1, max: 5 }), fc.boolean()).map(([series, kept, isWhole]) => {
    const pushed = Object.fromEntries(Object.entries(series).slice(0, kept));
    return { usage: series as Series, metered: (isWhole ? series : pushed) as Series };
  }),
  quantity.map((value) => ({ usage: value, metered: value })),
  // Near the bounds of the tolerances: where a comparison that is not exact goes wrong.
  fc
    .tuple(
      fc.bigInt({ min: 1n, max: 10n ** 12n }),
      fc.constantFrom(
        500_000n,
        850_000n,
        900_000n,
        998_600n,
        999_000n,
        999_500n,
        1_001_000n,
        1_001_400n,
        1_100_000n,
        2_000_000n,
      ),
      fc.constantFrom(-1n, 0n, 0n, 1n),
    )
    .map(([whole, millionths, off]) => ({
      usage: String(whole * 1000n),
      metered: formatDecimal({ coefficient: whole * 1000n * millionths * 1_000_000n + off, scale: 12 }),
    })),
);

/** Mostly the customer that the metered value is for, so that the two sides of a cell meet. */
const ownersOf = (index: number) => {
  const own = customerIds[index];
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<string[]>(own === undefined ? [] : [own]) },
    { weight: 1, arbitrary: fc.subarray(customerIds, { maxLength: 2 }) },
  );
};

const world = fc
  .record({
    owners: fc.tuple(...usageIds.map((_, index) => ownersOf(index))),
    cells: fc.array(cell, { minLength: 5, maxLength: 5 }),
    scale: fc.constantFrom('1', '1', '1', '1', '0.001', '1/3600', '1/1073741824'),
    exponent: fc.constantFrom(0, 0, 0, 6),
    relative: fc.constantFrom('0', '0.001', '0.1'),
    absolute: fc.constantFrom('0', '0', '1.5'),
    isMissing: fc.constantFrom(false, false, false, true),
    stripePulledAt: fc.constantFrom('2026-05-31T23:30:00Z', '2026-06-01T00:00:00Z', '2026-06-01T02:00:00Z'),
    unitAmounts: fc.array(fc.constantFrom('0.5', '1', '0.000123', '99.995'), { minLength: 2, maxLength: 2 }),
    items: fc.array(fc.tuple(fc.constantFrom(...customerIds), fc.constantFrom('price_0', 'price_1')), { maxLength: 6 }),
  })
  .map((given): World => {
    const owned = (id: string) => usageIds.filter((_, index) => given.owners[index]?.includes(id) === true);
    const usage: Record<string, Series> = {};
    const metered: Record<string, Series | null> = {};
    for (const [index, { usage: used, metered: held }] of given.cells.entries()) {
      const id = usageIds[index] ?? '';
      if (used !== undefined) usage[id] = used;
      const customer = customerIds[index];
      if (customer !== undefined) metered[customer] = held;
    }
    return {
      meters: [{ key: 'cpu', ...given }],
      customers: customerIds.map((id) => ({ id, usageIds: owned(id) })),
      usage: { cpu: usage },
      metered: { cpu: metered },
      prices: given.unitAmounts.map((unitAmount, index) => ({ id: `price_${index}`, meter: 'cpu', unitAmount })),
      items: given.items.map(([customer, price]) => ({ customer, price })),
      stripePulledAt: given.stripePulledAt,
    };
  });

const SEED = 20_260_521;

test('the engine agrees with a slow one that shares no code', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(world, (given) => {
      const { db, settings } = build(given);
      const blocks: MeterBlock[] = [];
      const request = { db, settings, month: parseMonth('2026-05'), now: parseInstant('2026-06-02T00:00:00Z') };
      const summary = reconcileMonth(request, (block) => blocks.push(block));
      const rows = blocks.flatMap((block) =>
        Array.from({ length: block.length }, (_, position) => reportRow(cellAt(block, position))),
      );
      db.close();
      // The engine names money of a meter that Stripe lacks by no price: there is none.
      const expected = reconcileSlowly(given).map((row) =>
        given.meters[0]?.isMissing === true ? { ...row, money: null } : row,
      );
      const key = (row: { customer: string | null; usageIds: readonly string[] }) =>
        `${row.customer ?? '~'} ${row.usageIds.join()}`;
      const shown = rows.map(
        ({ customer, usageIds: ids, meter, measured, metered, drift, verdict, structural, money }) => ({
          customer,
          usageIds: ids,
          meter,
          measured,
          metered,
          drift,
          verdict,
          structural,
          money:
            money === null ? null : { measured: money.measured, metered: money.metered, difference: money.difference },
        }),
      );
      for (const { verdict } of rows) seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
      const sorted = <T extends { customer: string | null; usageIds: readonly string[] }>(list: readonly T[]) =>
        [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1));
      const relevant = given.meters[0]?.isMissing === true ? expected.filter((row) => !isItemOnly(row)) : expected;
      expect(sorted(shown)).toEqual(sorted(relevant));
      expect(summary.cells).toBe(rows.length);
      expect(summary.structural).toBe(rows.filter(({ structural }) => structural).length);
    }),
    { numRuns: 300, seed: SEED },
  );
  for (const verdict of [
    'agree',
    'agree_zero',
    'stale',
    'stale_overdue',
    'under_reported',
    'over_reported',
    'missing_stripe',
    'missing_usage',
    'no_meter',
    'unmapped',
    'invalid',
  ]) {
    expect(seen.get(verdict) ?? 0, verdict).toBeGreaterThan(0);
  }
});

/** An item alone makes a cell, but a meter that Stripe lacks has no items. */
const isItemOnly = (row: { measured: string | null; metered: string | null }): boolean =>
  row.measured === null && row.metered === null;

test('a side ties out with itself, and swapping the sides flips the sign', () => {
  const side = fc.dictionary(
    fc.constantFrom('1', '2', '3', '4'),
    quantity.filter((text) => !text.startsWith('-')),
    { minKeys: 1 },
  );
  const rowsOf = (left: Record<string, string>, right: Record<string, string>) => {
    const named = (prefix: string, values: Record<string, string>) =>
      Object.fromEntries(Object.entries(values).map(([id, value]) => [`${prefix}${id}`, value]));
    const { db, settings } = build({
      meters: [{ key: 'cpu', relative: '0' }],
      customers: ['1', '2', '3', '4'].map((id) => ({ id: `cus_${id}`, usageIds: [`ws_${id}`] })),
      usage: { cpu: named('ws_', left) },
      metered: { cpu: named('cus_', right) },
    });
    const blocks: MeterBlock[] = [];
    reconcileMonth({ db, settings, month: parseMonth('2026-05'), now: parseInstant('2026-06-02T00:00:00Z') }, (block) =>
      blocks.push(block),
    );
    const rows = blocks.flatMap((block) =>
      Array.from({ length: block.length }, (_, position) => reportRow(cellAt(block, position))),
    );
    db.close();
    return rows;
  };
  fc.assert(
    fc.property(side, side, (left, right) => {
      expect(rowsOf(left, left).every(({ verdict }) => verdict === 'agree' || verdict === 'agree_zero')).toBe(true);
      const there = rowsOf(left, right).map(({ drift }) => drift);
      const back = rowsOf(right, left).map(({ drift }) => drift);
      const flip = (text: string | undefined): string =>
        text === undefined || text === '0' ? '0' : text.startsWith('-') ? text.slice(1) : `-${text}`;
      expect(back.map((drift) => [flip(drift?.absolute), flip(drift?.relative)])).toEqual(
        there.map((drift) => [drift?.absolute, drift?.relative]),
      );
    }),
    { numRuns: 40, seed: SEED },
  );
});
