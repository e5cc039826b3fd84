import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { isTieoutError } from '../../../../shared/errors.ts';
import { answerDocument } from '../../../../shared/rating/document/answer-document.ts';
import { parseExactJson, printExactJson } from '../../../../shared/values/exact-json.ts';
import { runs } from '../../../oracles/runs.ts';

// The nightly number of cases takes minutes.
vi.setConfig({ testTimeout: 900_000 });

type Path = readonly (string | number)[];

/** Every field that is read, filled. */
const FULL = {
  currency: 'usd',
  price: {
    id: 'price_1',
    currency: 'eur',
    product: { id: 'prod_1', deleted: false },
    recurring: { usage_type: 'metered', meter: 'mtr_1' },
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    transform_quantity: null,
    tiers: [{ up_to: null, unit_amount: 3 }],
    currency_options: {
      usd: {
        tiers: [
          { up_to: 10, unit_amount: 5, unit_amount_decimal: '5', flat_amount: null },
          { up_to: null, unit_amount: null, unit_amount_decimal: '0.5', flat_amount_decimal: '7.5' },
        ],
      },
    },
  },
  quantities: ['12', 0, '-1.5'],
  discounts: [
    { id: 'A', percent_off: 10, applies_to: { products: ['prod_1'] } },
    { id: 'di', coupon: { id: 'B', amount_off: 5, currency: 'usd', currency_options: { usd: { amount_off: 5 } } } },
  ],
  minimum: '1.5',
  maximum: 1000,
  credits: [
    {
      id: 'g',
      amount: { type: 'monetary', monetary: { value: 3, currency: 'usd' } },
      applicability_config: { scope: { price_type: 'metered', prices: [] } },
      category: 'promotional',
      priority: 50,
      effective_at: 1700000000,
      expires_at: '2027-01-01T00:00:00Z',
      voided_at: null,
      created: 1700000000,
    },
  ],
  taxRates: [{ id: 'txr', percentage: 19, inclusive: true }],
  rounding: 'half_even',
  roundAt: 'line',
  at: '2026-01-01T00:00:00Z',
};

const LATE = {
  mode: 'period_preserving',
  currency: 'usd',
  chargePeriod: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
  price: {
    type: 'tiered',
    mode: 'graduated',
    tiers: [
      { upTo: '5', flat: '1', unit: '2' },
      { upTo: null, unit: '1' },
    ],
  },
  commitments: { minimum: '5', maximum: '50' },
  discounts: { percentage: { value: '10', id: 'p' }, usage: { quantity: '1', id: 'u' } },
  phases: [
    {
      runId: 'r1',
      servicePeriod: { from: '2026-01-01T00:00:00Z', to: '2026-01-11T00:00:00Z' },
      cumulativeByPeriod: ['3'],
    },
    {
      runId: 'r2',
      servicePeriod: { from: '2026-01-11T00:00:00Z', to: '2026-02-01T00:00:00Z' },
      cumulativeByPeriod: ['4', '9'],
    },
  ],
};

/** Where something stands in a value: the value itself and everything in it. */
const pathsIn = (value: unknown, at: Path = []): readonly Path[] => {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [at, ...inner.flatMap(([key, one]) => pathsIn(one, [...at, key]))];
};

/** A copy with another value in one place. */
function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((one, index) => (index === key ? replaced(one, rest, by) : one));
  const record = value as Record<string, unknown>;
  return { ...record, [key]: replaced(record[key], rest, by) };
}

const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    'NaN',
    '1e400',
    '-1',
    -1,
    0,
    '0.5',
    'inf',
    [],
    {},
    [null],
    '9'.repeat(2_000),
  ),
  fc.constantFrom('graduated', 'volume', 'delta', 'total', 'eur', '1970-01-01T00:00:00Z', 'prod_1'),
);

test.each([
  ['rating', FULL],
  ['late usage', LATE],
])('a %s document with anything in any place is answered or refused with its reasons', (_, whole) => {
  const places = fc.constantFrom(...pathsIn(whole));
  let answered = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(places, odd), { maxLength: 2 }), (changes) => {
      const changed = changes.reduce<unknown>((document, [path, by]) => safeReplace(document, path, by), whole);
      try {
        printExactJson(answerDocument(parseExactJson(JSON.stringify(changed))).answer);
        answered += 1;
      } catch (error) {
        if (!isTieoutError(error)) throw error;
        expect(error.remedy).not.toBeNull();
      }
    }),
    { numRuns: runs(3_000, 50_000), seed: 8 },
  );
  expect(answered).toBeGreaterThan(500);
});

/** A second change may find its place gone. */
function safeReplace(document: unknown, path: Path, by: unknown): unknown {
  try {
    return replaced(document, path, by);
  } catch (error) {
    if (error instanceof TypeError) return document;
    throw error;
  }
}
