import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CreditGrant } from '../../../../shared/billing/credit-grant.ts';
import { applyGrants, grantRefusal, orderGrants } from '../../../../shared/rating/adjust/credit-grants.ts';
import { toMinorUnits } from '../../../../shared/rating/adjust/money-rounding.ts';
import { sumNets, wholeNet } from '../../../../shared/rating/adjust/net.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';

const at = (day: string) => parseInstant(`2026-${day}T00:00:00Z`);

const grantOf = (given: Partial<CreditGrant> & { readonly id: string }): CreditGrant => ({
  customerId: 'cus_1',
  name: null,
  category: 'paid',
  currency: 'usd',
  amount: '1000',
  priority: 50,
  effectiveAt: at('01-01'),
  expiresAt: null,
  voidedAt: null,
  priceIds: null,
  created: at('01-01'),
  ...given,
});

describe("Stripe's order", () => {
  test.each([
    ['priority 0 before 100', { priority: 100 }, { priority: 0 }],
    ['priority before expiry', { priority: 51, expiresAt: at('02-01') }, { priority: 50 }],
    ['earliest expiry', { expiresAt: at('03-01') }, { expiresAt: at('02-01') }],
    ['none expires last', { expiresAt: null }, { expiresAt: at('12-31') }],
    ['promotional before paid', { category: 'paid' }, { category: 'promotional' }],
    ['expiry before category', { category: 'promotional' }, { category: 'paid', expiresAt: at('12-31') }],
    ['earliest effective', { effectiveAt: at('01-03') }, { effectiveAt: at('01-02') }],
    ['category before effective', { effectiveAt: at('01-01') }, { effectiveAt: at('01-09'), category: 'promotional' }],
    ['earliest created', { created: at('01-03') }, { created: at('01-02') }],
    ['a grant without a date is effective when created', { effectiveAt: null, created: at('01-05') }, {}],
  ] as const)('%s', (_, later, earlier) => {
    const [second, first] = [grantOf({ id: 'a', ...later }), grantOf({ id: 'b', ...earlier })];
    expect(orderGrants([second, first]).map(({ id }) => id)).toEqual(['b', 'a']);
    expect(orderGrants([first, second]).map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('it does not matter how they are given', () => {
    const date = fc.constantFrom(at('02-01'), at('03-01'));
    const grant = fc.record({
      priority: fc.constantFrom(0, 50),
      category: fc.constantFrom('paid' as const, 'promotional' as const),
      expiresAt: fc.option(date),
      effectiveAt: date,
      created: date,
    });
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 7 }), fc.integer(), (list, turn) => {
        const grants = list.map((given, index) => grantOf({ id: `g${index}`, ...given }));
        const split = grants.length === 0 ? 0 : Math.abs(turn) % grants.length;
        const turned = [...grants.slice(split), ...grants.slice(0, split)].reverse();
        expect(orderGrants(turned)).toEqual(orderGrants(grants));
      }),
      { seed: 20_260_614, numRuns: 1_000 },
    );
  });
});

describe('whether a grant takes part', () => {
  const now = at('06-01');
  test.each([
    ['another currency', { currency: 'eur' }, 'other_currency'],
    ['voided', { voidedAt: at('05-01') }, 'voided'],
    ['voided later', { voidedAt: at('07-01') }, null],
    ['not yet effective', { effectiveAt: at('06-02') }, 'not_effective'],
    ['effective from this instant', { effectiveAt: now }, null],
    ['expired', { expiresAt: at('05-31') }, 'expired'],
    ['expires at this instant', { expiresAt: now }, 'expired'],
    ['expires later', { expiresAt: at('06-02') }, null],
  ] as const)('%s', (_, given, refusal) => {
    expect(grantRefusal(grantOf({ id: 'g', ...given }), { at: now, currency: 'usd' })).toBe(refusal);
  });

  test('without a time nothing but a void and the currency is asked', () => {
    const refusalOf = (given: Partial<CreditGrant>) =>
      grantRefusal(grantOf({ id: 'g', ...given }), { at: null, currency: 'usd' });
    expect(refusalOf({ expiresAt: at('01-02') })).toBeNull();
    expect(refusalOf({ voidedAt: at('05-01') })).toBe('voided');
  });
});

describe('applied', () => {
  const HOW = { rounding: toMinorUnits('half_up'), sharing: 'in_order' } as const;
  const all = (): boolean => true;
  const nets = (...minors: bigint[]) => minors.map(wholeNet);

  test.each([
    ['fills lines in order', [700n], [500n, 500n], [[500n, 200n]], [0n]],
    ['keeps what is not used', [1500n], [500n, 500n], [[500n, 500n]], [500n]],
    ['skips what owes nothing', [300n], [-100n, 0n, 400n], [[0n, 0n, 300n]], [0n]],
    [
      'the next one goes on where the first ended',
      [300n, 400n],
      [500n, 500n],
      [
        [300n, 0n],
        [200n, 200n],
      ],
      [0n, 0n],
    ],
  ] as const)('%s', (_, amounts, lines, taken, left) => {
    const grants = amounts.map((amountMinor, index) => ({ id: `g${index}`, amountMinor, isEligible: all }));
    const applied = applyGrants(nets(...lines), grants, HOW);
    expect(applied.map((grant) => grant.taken.map(({ minor }) => minor))).toEqual(taken);
    expect(applied.map(({ leftMinor }) => leftMinor)).toEqual(left);
  });

  test('in proportion where the workspace says so', () => {
    const grants = [{ id: 'g', amountMinor: 100n, isEligible: all }];
    const applied = applyGrants(nets(300n, 100n), grants, { ...HOW, sharing: 'largest_remainder' });
    expect(applied[0]?.taken.map(({ minor }) => minor)).toEqual([75n, 25n]);
  });

  test('grants give together what they have or what is owed', () => {
    const amount = fc.bigInt({ min: 0n, max: 1_000n });
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 5 }), fc.array(amount, { maxLength: 5 }), (lines, amounts) => {
        const grants = amounts.map((amountMinor, index) => ({ id: `g${index}`, amountMinor, isEligible: all }));
        const applied = applyGrants(nets(...lines), grants, HOW);
        const given = applied.reduce((total, { taken }) => total + sumNets(taken).minor, 0n);
        const [owed, held] = [lines, amounts].map((list) => list.reduce((total, item) => total + item, 0n));
        expect(given).toBe((owed ?? 0n) < (held ?? 0n) ? owed : held);
        expect(applied.every(({ leftMinor }) => leftMinor >= 0n)).toBe(true);
      }),
      { seed: 20_260_615, numRuns: 1_000 },
    );
  });
});
