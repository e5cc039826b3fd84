import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellAt, type MeterBlock } from '../../../../main/api/reconcile/block.ts';
import { reconcileMonth } from '../../../../main/api/reconcile/reconcile-month.ts';
import { BILLING_VERDICTS } from '../../../../shared/reconciliation/result.ts';
import { reportRow } from '../../../../shared/reports/cell-row.ts';
import { add, formatDecimal, multiply, parseDecimal, ZERO } from '../../../../shared/values/decimal.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { rateByOracle } from '../../../oracles/rating-oracle.ts';
import { reconcileSlowly } from '../../../oracles/reconcile-oracle.ts';
import { runs } from '../../../oracles/runs.ts';
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

/** What a line says of the quantity and the amount that it ought to say. */
const billedLine = fc.record({
  customer: fc.constantFrom(...customerIds),
  /** Place among the items of the customer, or an item of nobody. */
  item: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
  price: fc.constantFrom('of_item', 'of_item', 'of_item', 'price_0', 'price_1'),
  quantity: fc.constantFrom('metered', 'metered', 'metered', 'half', '7.5'),
  off: fc.constantFrom(0, 0, 0, 0, 1),
  status: fc.constantFrom('paid', 'paid', 'open', 'uncollectible', 'draft', 'void'),
  invoice: fc.constantFrom('x', 'x', 'x', 'y'),
  span: fc.constantFrom('month', 'month', 'month', 'month', 'first', 'second', 'across'),
});

const SPANS = {
  month: ['2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z'],
  first: ['2026-05-01T00:00:00Z', '2026-05-11T00:00:00Z'],
  second: ['2026-05-11T00:00:00Z', '2026-06-01T00:00:00Z'],
  across: ['2026-04-20T00:00:00Z', '2026-05-20T00:00:00Z'],
} as const;

type DrawnLine = typeof billedLine extends fc.Arbitrary<infer T> ? T : never;

/** Lines of invoices, one a customer, status and letter; amounts are what the quantity costs, or a cent beside. */
function linesOf(
  drawn: readonly DrawnLine[],
  of: {
    readonly items: readonly (readonly [string, string])[];
    readonly unitAmounts: readonly string[];
    readonly metered: Readonly<Record<string, Series | null>>;
  },
): NonNullable<World['lines']> {
  return drawn.map((line) => {
    const own = of.items.flatMap(([customer], index) => (customer === line.customer ? [index] : []));
    const item = line.item === undefined ? undefined : own[line.item];
    const price = line.price === 'of_item' ? (of.items[item ?? own[0] ?? -1]?.[1] ?? 'price_0') : line.price;
    const held = of.metered[line.customer] ?? '0';
    const total = typeof held === 'string' ? held : addTexts(Object.values(held));
    const known = total.startsWith('-') ? '0' : total;
    const quantity = line.quantity === 'metered' ? known : line.quantity === 'half' ? half(known) : line.quantity;
    const unitAmount = of.unitAmounts[price === 'price_1' ? 1 : 0] ?? '0';
    const cents = rateByOracle({ unitAmount }, quantity, { rounding: 'half_up', roundAt: 'line' });
    const amount = BigInt(cents) + BigInt(line.off);
    const isStorable = amount < 2n ** 62n;
    const [from, to] = SPANS[line.span];
    return {
      customer: line.customer,
      price,
      amount: isStorable ? amount : 0n,
      quantity,
      status: line.status,
      from,
      to,
      invoice: `in_${line.customer}_${line.status}_${line.invoice}`,
      ...(item === undefined ? {} : { item }),
    };
  });
}

const addTexts = (values: readonly string[]): string =>
  formatDecimal(values.reduce((total, text) => add(total, parseDecimal(text)), ZERO));

/** Two halves of an even number of units of the last place are the whole. */
const half = (text: string): string => formatDecimal(multiply(parseDecimal(text), parseDecimal('0.5')));

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
    lines: fc.array(billedLine, { maxLength: 8 }),
    invoices: fc.array(fc.record({ item: fc.nat({ max: 5 }), status: fc.constantFrom('paid', 'draft') }), {
      maxLength: 3,
    }),
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
      lines: linesOf(given.lines, { ...given, metered }),
      invoices: given.invoices.filter(({ item }) => item < given.items.length),
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
      const month = parseMonth('2026-05');
      // The slow one tells no causes.
      const request = { db, settings, month, now: parseInstant('2026-06-02T00:00:00Z'), causes: 'totals' as const };
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
        ({ customer, usageIds: ids, meter, measured, metered, drift, verdict, structural, billing, money }) => ({
          customer,
          usageIds: ids,
          meter,
          measured,
          metered,
          drift,
          verdict,
          structural,
          billing: billing === null ? null : ([billing.verdict, billing.line] as const),
          money:
            money === null ? null : { measured: money.measured, metered: money.metered, difference: money.difference },
        }),
      );
      for (const { verdict, billing } of rows) {
        for (const found of [verdict, billing?.verdict ?? 'unbilled']) seen.set(found, (seen.get(found) ?? 0) + 1);
      }
      const sorted = <T extends { customer: string | null; usageIds: readonly string[] }>(list: readonly T[]) =>
        [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1));
      const relevant = given.meters[0]?.isMissing === true ? expected.filter((row) => !isItemOnly(row)) : expected;
      expect(sorted(shown)).toEqual(sorted(relevant));
      expect(summary.cells).toBe(rows.length);
      expect(summary.structural).toBe(rows.filter(({ structural }) => structural).length);
    }),
    { numRuns: runs(300, 3_000), seed: SEED },
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
    'unbilled',
    ...BILLING_VERDICTS,
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
