import { expect, test } from 'vitest';
import { judgeAcceptance } from '../../../shared/reconciliation/acceptance.ts';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';

function judged(local: string, stripe: string, epsilon = '0.005'): string {
  const pair = { metric: 'm', local: parseDecimal(local), stripe: parseDecimal(stripe) };
  const [only] = judgeAcceptance([pair], parseDecimal(epsilon)).metrics;
  return only === undefined ? '' : `${formatDecimal(only.difference)} ${formatDecimal(only.share)} ${only.isAccepted}`;
}

test.each([
  ['0', '0', '0 0 true'],
  ['1005', '1000', '5 0.005 true'],
  ['995', '1000', '5 0.005 true'],
  // Rounded for display the share is at the limit; the judgement sees the rest.
  ['1005.0000000000000001', '1000', '5.0000000000000001 0.005 false'],
  ['1', '0', '1 1 false'],
  ['-1', '-2', '1 1 false'],
  ['-2', '-2', '0 0 true'],
])('%s against %s: %s', (local, stripe, expected) => {
  expect(judged(local, stripe)).toBe(expected);
});

test('the base is what Stripe holds, so the sides are not alike', () => {
  expect([judged('1005', '1000'), judged('1000', '1005')]).toEqual(['5 0.005 true', '5 0.004975124378 true']);
  expect([judged('1000', '995'), judged('995', '1000')]).toEqual(['5 0.005025125628 false', '5 0.005 true']);
});

test('nothing to judge is accepted, and the netted sum never decides', () => {
  expect(judgeAcceptance([], parseDecimal('0.005')).isAccepted).toBe(true);
  const offsetting = [
    { metric: 'a', local: parseDecimal('1100'), stripe: parseDecimal('1000') },
    { metric: 'b', local: parseDecimal('900'), stripe: parseDecimal('1000') },
  ];
  const { netted, isAccepted } = judgeAcceptance(offsetting, parseDecimal('0.005'));
  expect([netted.isAccepted, isAccepted]).toEqual([true, false]);
});
