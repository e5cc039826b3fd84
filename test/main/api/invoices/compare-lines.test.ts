import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareLines, type LineFacts } from '../../../../main/api/invoices/compare-lines.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { at } from './world.ts';

const ALL = { hasCredits: true, hasTax: true };
const MAY = { from: at('2026-05-01'), to: at('2026-06-01') };
const JUNE = { from: at('2026-06-01'), to: at('2026-07-01') };

const facts = (
  more: Partial<LineFacts> & { readonly q?: string | null; readonly u?: string | null } = {},
): LineFacts => {
  const { q = '10', u = '0.5', ...rest } = more;
  return {
    itemId: 'si_1',
    priceId: 'price_1',
    servicePeriod: MAY,
    type: 'usage',
    isProration: false,
    quantity: q === null ? null : parseDecimal(q),
    unitAmount: u === null ? null : parseDecimal(u),
    amountMinor: 5n,
    discountMinor: 0n,
    creditMinor: 0n,
    taxMinor: 0n,
    ...rest,
  };
};

const differing = (ours: readonly LineFacts[], stripe: readonly LineFacts[], options = ALL) =>
  compareLines(ours, stripe, options).flatMap(({ ours: mine, stripe: theirs, differences }) =>
    differences.map(({ field, ours: left, stripe: right }) => [mine, theirs, field, left, right]),
  );

test.each([
  ['the same', [facts()], [facts()], []],
  ['a quantity with other digits', [facts()], [facts({ q: '10.000' })], []],
  ['known by its price alone', [facts()], [facts({ itemId: null })], []],
  ['another item on the same price', [facts()], [facts({ itemId: 'si_2' })], []],
  ['a first part of a period that Stripe calls a proration', [facts()], [facts({ isProration: true })], []],
  ['a lone line that says no quantity', [facts()], [facts({ q: null, u: null })], []],
  [
    'the period before',
    [facts({ servicePeriod: JUNE })],
    [facts()],
    [
      [
        [0],
        [0],
        'servicePeriod',
        '2026-06-01T00:00:00Z/2026-07-01T00:00:00Z',
        '2026-05-01T00:00:00Z/2026-06-01T00:00:00Z',
      ],
    ],
  ],
  [
    'everything taken off otherwise',
    [facts({ discountMinor: 1n, creditMinor: 2n, taxMinor: 3n })],
    [facts()],
    [
      [[0], [0], 'discount', 1n, 0n],
      [[0], [0], 'credits', 2n, 0n],
      [[0], [0], 'tax', 3n, 0n],
    ],
  ],
  ['twice', [facts()], [facts(), facts()], [[[], [1], 'line', null, 5n]]],
  ['missing', [facts()], [], [[[0], [], 'line', 5n, null]]],
  [
    'free in a trial, with the price that is not charged',
    [facts({ u: '0', amountMinor: 0n })],
    [facts({ amountMinor: 0n })],
    [],
  ],
  [
    'free, and charged',
    [facts({ u: '0', amountMinor: 0n })],
    [facts()],
    [
      [[0], [0], 'unitAmount', '0', '0.5'],
      [[0], [0], 'amount', 0n, 5n],
    ],
  ],
  ['missing, and worth nothing', [facts({ amountMinor: 0n })], [], []],
  [
    'of another price and item',
    [facts()],
    [facts({ itemId: 'si_2', priceId: 'price_2' })],
    [
      [[0], [], 'line', 5n, null],
      [[], [0], 'line', null, 5n],
    ],
  ],
])('a line: %s', (_, ours, stripe, expected) => {
  expect(differing(ours, stripe)).toEqual(expected);
});

test('credits and tax are left aside where they are not comparable yet', () => {
  const ours = [facts({ creditMinor: 2n, taxMinor: 3n })];
  expect(differing(ours, [facts()], { hasCredits: false, hasTax: false })).toEqual([]);
});

test('tiers of one unit amount are matched by quantity, flat fees by amount', () => {
  const ours = [
    facts({ q: '5', amountMinor: 3n }),
    facts({ type: 'flat', q: '0', u: null, amountMinor: 100n }),
    facts({ q: '7', amountMinor: 4n }),
    facts({ type: 'flat', q: '0', u: null, amountMinor: 200n }),
  ];
  expect(differing(ours, [...ours].reverse())).toEqual([]);
  const without = ours.filter(({ amountMinor }) => amountMinor !== 100n);
  expect(differing(ours, without)).toEqual([[[1], [], 'line', 100n, null]]);
});

const arbitraryLine = fc
  .record({
    item: fc.integer({ min: 0, max: 2 }),
    period: fc.constantFrom(MAY, JUNE),
    type: fc.constantFrom('usage' as const, 'flat' as const),
    q: fc.integer({ min: 0, max: 5 }),
    amount: fc.bigInt({ min: -3n, max: 9n }),
    isProration: fc.boolean(),
  })
  .map(({ item, period, type, q, amount, isProration }) =>
    facts({
      itemId: `si_${item}`,
      priceId: `price_${item % 2}`,
      servicePeriod: period,
      type,
      q: type === 'flat' ? '0' : String(q),
      u: type === 'flat' ? null : String(q + 1),
      amountMinor: amount,
      isProration,
    }),
  );

test('every line is in one pair, whatever the two sides are', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryLine, { maxLength: 8 }),
      fc.array(arbitraryLine, { maxLength: 8 }),
      (ours, stripe) => {
        const pairs = compareLines(ours, stripe, ALL);
        expect(pairs.flatMap((pair) => pair.ours).sort((a, b) => a - b)).toEqual([...ours.keys()]);
        expect(pairs.flatMap((pair) => pair.stripe).sort((a, b) => a - b)).toEqual([...stripe.keys()]);
      },
    ),
  );
});

test('an invoice agrees with itself in any order of its lines', () => {
  fc.assert(
    fc.property(
      fc
        .array(arbitraryLine, { maxLength: 8 })
        .chain((lines) => fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length }))),
      ([ours, stripe]) => {
        expect(differing(ours, stripe)).toEqual([]);
      },
    ),
  );
});

test('an amount that changed is never without a difference', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryLine, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      fc.bigInt({ min: 1n, max: 9n }),
      (lines, at, by) => {
        const index = at % lines.length;
        const changed = lines.map((line, place) =>
          place === index ? { ...line, amountMinor: line.amountMinor + by } : line,
        );
        expect(differing(lines, changed).length).toBeGreaterThan(0);
      },
    ),
  );
});
