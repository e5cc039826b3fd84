import { describe, expect, test } from 'vitest';
import {
  formatAge,
  formatClock,
  formatDuration,
  formatMonth,
  formatPeriod,
  formatRange,
  shiftMonth,
} from '../../renderer/format/time.ts';
import { freshnessOf } from '../../renderer/frame/freshness.ts';

const NOW = Date.parse('2026-06-01T05:03:00Z');

test('months', () => {
  expect(formatMonth('2026-05')).toBe('May 2026');
  expect([shiftMonth('2026-01', -1), shiftMonth('2026-12', 1), shiftMonth('2026-05', -12)]).toEqual([
    '2025-12',
    '2027-01',
    '2025-05',
  ]);
});

test('a clock names the day only where it is another one', () => {
  expect(formatClock('2026-06-01T02:01:10Z', NOW)).toBe('02:01 UTC');
  expect(formatClock('2026-05-30T02:01:10Z', NOW)).toBe('30 May 02:01 UTC');
});

test.each([
  ['2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z', 'May 2026'],
  ['2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z', 'Dec 2026'],
  ['2026-05-14T00:00:00Z', '2026-06-14T00:00:00Z', '14 May – 13 Jun 2026'],
  ['2026-05-08T00:00:00Z', '2026-05-31T00:00:00Z', '8 – 30 May 2026'],
  ['2026-12-15T00:00:00Z', '2027-01-15T00:00:00Z', '15 Dec 2026 – 14 Jan 2027'],
  ['2026-05-31T00:00:00Z', '2026-06-01T00:00:00Z', '31 May 2026'],
  ['2026-05-14T09:30:00Z', '2026-06-01T00:00:00Z', '14 May 09:30 – 1 Jun 00:00 UTC'],
  ['2026-05-14T09:30:00Z', '2026-05-14T09:30:00Z', 'on 14 May 2026'],
])('the period from %s to %s is %s', (from, to, text) => {
  expect(formatPeriod(from, to)).toBe(text);
});

test('a short period leaves the year to the page', () => {
  expect(formatPeriod('2026-05-14T00:00:00Z', '2026-06-14T00:00:00Z', { isShort: true })).toBe('14 May – 13 Jun');
});

test('half-open ranges', () => {
  expect(formatRange('2026-05-14T03:00:00Z', '2026-05-14T07:00:00Z')).toBe('14 May 03:00–07:00 UTC');
  expect(formatRange('2026-05-31T22:00:00Z', '2026-06-01T00:00:00Z')).toBe('31 May 22:00–1 Jun 00:00 UTC');
});

test('ages and lengths', () => {
  expect(formatAge('2026-06-01T05:02:30Z', NOW)).toBe('just now');
  expect(formatAge('2026-06-01T02:01:10Z', NOW)).toBe('3 h ago');
  expect(formatAge('2026-05-20T02:01:10Z', NOW)).toBe('12 d ago');
  expect([formatDuration(44), formatDuration(64), formatDuration(3_900)]).toEqual(['44 s', '1 min 04 s', '1 h 05 min']);
});

describe('freshness', () => {
  test('is that of the older side', () => {
    const asOf = { clickhouse: '2026-06-01T02:00:00Z', stripe: '2026-06-01T02:01:10Z' };
    expect(freshnessOf(asOf, NOW)).toMatchObject({ text: 'pulled 02:00 UTC (3 h ago)', state: 'fresh' });
  });
  test('names the side that is there', () => {
    expect(freshnessOf({ clickhouse: null, stripe: '2026-06-01T02:01:10Z' }, NOW)).toMatchObject({
      text: 'Stripe alone pulled 02:01 UTC (3 h ago)',
      state: 'partial',
    });
  });
  test('says so where nothing was pulled', () => expect(freshnessOf(undefined, NOW).state).toBe('none'));
});
