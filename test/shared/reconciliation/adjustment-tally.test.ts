import { describe, expect, test } from 'vitest';
import { AdjustmentTally } from '../../../shared/reconciliation/adjustment-tally.ts';
import type { AdjustmentProof } from '../../../shared/reconciliation/proof-adjustments.ts';
import type { Alternative } from '../../../shared/reconciliation/proof-line.ts';

const TOTAL: Alternative = [{ option: 'taxRounding', value: 'total' }];
const EVEN: Alternative = [{ option: 'rounding', value: 'half_even' }];

const proofOf = (invoiceId: string, fixes: readonly Alternative[] | null): AdjustmentProof => ({
  type: 'tax',
  id: 'txr_1',
  invoiceId,
  currency: 'usd',
  expectedMinor: 2n,
  billedMinor: fixes === null ? 2n : 1n,
  isExact: fixes === null,
  fixes: fixes ?? [],
});

const tallyOf = (...proofs: readonly AdjustmentProof[]): AdjustmentTally => {
  const tally = new AdjustmentTally();
  for (const proof of proofs) tally.add(proof);
  return tally;
};

describe('steps of history', () => {
  test('are counted, and every setting that would help is a candidate once', () => {
    const tally = tallyOf(proofOf('in_1', null), proofOf('in_2', [TOTAL, EVEN]), proofOf('in_3', [TOTAL]));
    expect(tally.candidates).toEqual([TOTAL, EVEN]);
    expect(tally.finish([])).toMatchObject({ steps: 3, exact: 1, suggestions: [] });
  });

  test('name the setting that helps most', () => {
    const tally = tallyOf(proofOf('in_2', [EVEN, TOTAL]), proofOf('in_3', [TOTAL]));
    const { differing, suggestions } = tally.finish([
      { alternative: EVEN, gains: 1, losses: 0 },
      { alternative: TOTAL, gains: 2, losses: 0 },
    ]);
    expect(suggestions.map(({ alternative }) => alternative)).toEqual([TOTAL, EVEN]);
    expect(differing.map(({ invoiceId, setting }) => [invoiceId, setting])).toEqual([
      ['in_2', TOTAL],
      ['in_3', TOTAL],
    ]);
  });

  test('a setting that loses as many as it gains is no rule', () => {
    const { differing, suggestions } = tallyOf(proofOf('in_2', [TOTAL])).finish([
      { alternative: TOTAL, gains: 1, losses: 1 },
    ]);
    expect(suggestions).toEqual([]);
    expect(differing[0]?.setting).toBeNull();
  });
});
