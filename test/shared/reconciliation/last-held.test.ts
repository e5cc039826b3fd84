import { expect, test } from 'vitest';
import { lastHeld, type Post } from '../../../shared/reconciliation/last-held.ts';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../../../shared/values/period.ts';

const october = monthPeriod(parseMonth('2026-10'));

const post = (at: string, value: string, isAccepted = true): Post => ({
  at: parseInstant(at),
  value: parseDecimal(value),
  isAccepted,
});

function held(...posts: readonly Post[]): string {
  const { held: value, possible, isAmbiguous } = lastHeld(posts, october);
  return `${value === null ? 'nothing' : formatDecimal(value)} of ${possible.map(formatDecimal).join('|')}${isAmbiguous ? '?' : ''}`;
}

test('nothing pushed, nothing held', () => {
  expect(held()).toBe('nothing of ');
  expect(held(post('2026-10-02T00:00:00Z', '5', false))).toBe('nothing of ');
});

test('an event stamped on the end of the period belongs to the next', () => {
  expect(held(post('2026-10-31T23:59:59Z', '7'), post('2026-11-01T00:00:00Z', '8'))).toBe('7 of 7');
  expect(held(post('2026-09-30T23:59:59Z', '6'))).toBe('nothing of ');
});

test('the same value twice in one second is no question', () => {
  expect(held(post('2026-10-02T00:00:00Z', '1.50'), post('2026-10-02T00:00:00Z', '1.5'))).toBe('1.5 of 1.5');
});

test('milliseconds do not order what Stripe keeps by the second', () => {
  expect(held(post('2026-10-02T00:00:00.900Z', '10'), post('2026-10-02T00:00:00.100Z', '9'))).toBe('nothing of 9|10?');
});

test('a tie below the newest second does not matter', () => {
  const tie = [post('2026-10-02T00:00:00Z', '1'), post('2026-10-02T00:00:00Z', '2')];
  expect(held(...tie, post('2026-10-02T00:00:01Z', '3'))).toBe('3 of 3');
});
