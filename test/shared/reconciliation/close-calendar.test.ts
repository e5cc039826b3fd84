import { describe, expect, test } from 'vitest';
import {
  closeStamp,
  isCloseAllowed,
  isPushAllowed,
  lateRowWait,
} from '../../../shared/reconciliation/close-calendar.ts';
import { formatInstant, parseInstant } from '../../../shared/values/instant.ts';
import { contains, parseMonth } from '../../../shared/values/period.ts';

const june = parseMonth('2026-06');
const at = (text: string) => parseInstant(text);

test('the close stamp is the last second that still belongs to the month', () => {
  const { eventAt, usage } = closeStamp(june);
  expect(formatInstant(eventAt)).toBe('2026-06-30T23:59:59Z');
  expect([contains(usage, eventAt), contains(usage, usage.to)]).toEqual([true, false]);
});

describe('close', () => {
  test.each([
    ['2026-06-30T23:59:59.999Z', null, false],
    ['2026-07-01T00:00:00Z', null, true],
    ['2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z', true],
    ['2026-06-01T00:00:00Z', '2026-06-30T23:59:59Z', false],
  ])('at %s with an invoice until %s: %s', (now, stripeEnd, allowed) => {
    expect(isCloseAllowed(june, at(now), stripeEnd === null ? null : at(stripeEnd))).toBe(allowed);
  });
});

describe('late rows', () => {
  test.each([
    ['2026-06-30T22:59:59.999Z', 0, 'test_clock'],
    ['2026-06-30T23:00:00Z', 25 * 3_600_000, 'late_rows'],
    ['2026-07-01T00:00:00Z', 24 * 3_600_000, 'late_rows'],
    ['2026-07-01T23:59:59.999Z', 1, 'late_rows'],
    ['2026-07-02T00:00:00Z', 0, 'settled'],
    ['2027-01-01T00:00:00Z', 0, 'settled'],
  ])('at %s wait %d ms: %s', (now, waitMs, reason) => {
    expect(lateRowWait(june, at(now))).toEqual({ waitMs, reason });
  });
});

describe('a push', () => {
  test.each([
    ['2026-05-31T23:59:59.999Z', false],
    ['2026-06-01T00:00:00Z', true],
    ['2026-06-30T23:59:59.999Z', true],
    ['2026-07-01T00:00:00Z', false],
  ])('at %s: %s', (now, allowed) => {
    expect(isPushAllowed(june, at(now))).toBe(allowed);
  });
});
