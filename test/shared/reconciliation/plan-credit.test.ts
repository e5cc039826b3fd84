import { describe, expect, test } from 'vitest';
import { grantOfFee, includedCredit } from '../../../shared/reconciliation/plan-credit.ts';
import { parseInstant } from '../../../shared/values/instant.ts';

const NOW = parseInstant('2026-07-01T01:00:00Z');
const NOTHING = { amountMinor: 0n, expiresAt: null };
const fee = (amountMinor: bigint, discountMinor = 0n, periodEnd = '2026-08-01T00:00:00Z') => ({
  amountMinor,
  discountMinor,
  periodEnd: parseInstant(periodEnd),
});
const grant = (expiresAt: string | null, more: object = {}) => ({
  amountMinor: 2500n,
  isMetered: true,
  isVoided: false,
  expiresAt: expiresAt === null ? null : parseInstant(expiresAt),
  ...more,
});

describe('what a paid fee grants', () => {
  test('the net of its lines less their discounts, until three days after the latest period', () => {
    expect(grantOfFee([fee(2742n, 242n), fee(-1371n, -71n, '2026-07-15T00:00:00Z')], NOW)).toEqual({
      amountMinor: 1200n,
      expiresAt: parseInstant('2026-08-04T00:00:00Z'),
    });
  });

  test.each([
    ['a downgrade', [fee(500n), fee(-501n)], NOW],
    ['a fee that is discounted in full', [fee(500n, 500n)], NOW],
    ['no fee line', [], NOW],
    ['a grant that expires this moment', [fee(500n)], parseInstant('2026-08-04T00:00:00Z')],
  ])('nothing for %s', (_, lines, now) => {
    expect(grantOfFee(lines, now)).toEqual(NOTHING);
  });
});

describe('the credit of the running period', () => {
  test('the grants that expire last, without those in their grace', () => {
    const grants = [grant('2026-07-04T00:00:00Z'), grant('2026-08-04T00:00:00Z'), grant('2026-08-04T00:00:00Z')];
    expect(includedCredit(grants, NOW)).toEqual({
      amountMinor: 5000n,
      expiresAt: parseInstant('2026-08-04T00:00:00Z'),
    });
  });

  test.each([
    ['voided', grant('2026-08-04T00:00:00Z', { isVoided: true })],
    ['for licensed prices', grant('2026-08-04T00:00:00Z', { isMetered: false })],
    ['expired this moment', grant('2026-07-01T01:00:00Z')],
    ['without an end, so not of a plan fee', grant(null)],
  ])('a grant %s takes no part', (_, other) => {
    expect(includedCredit([other], NOW)).toEqual(NOTHING);
    const running = grant('2026-07-10T00:00:00Z');
    expect(includedCredit([other, running], NOW)).toEqual({ amountMinor: 2500n, expiresAt: running.expiresAt });
  });
});
