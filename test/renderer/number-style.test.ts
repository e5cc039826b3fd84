import { afterEach, describe, expect, test } from 'vitest';
import { formatMoney } from '../../renderer/format/money.ts';
import { formatCount, formatDifference, formatPercent, formatQuantity } from '../../renderer/format/number.ts';
import { type NumberStyleId, setNumberStyle, styleOfLocale } from '../../renderer/format/number-style.ts';
import { formatClock, formatMoment, formatPeriod, formatRange } from '../../renderer/format/time.ts';
import { setZone, zoneInForce } from '../../renderer/format/zone.ts';

afterEach(() => {
  setNumberStyle('plain', 'sign');
  setZone('UTC');
});

describe('numbers as somebody reads them', () => {
  test.each<[NumberStyleId, string, string, string, string]>([
    ['plain', '1\u202f234\u202f567.891', '−€1,234,567.50', '12,345', '+10.5\u202f%'],
    ['english', '1,234,567.891', '−€1,234,567.50', '12,345', '+10.5\u202f%'],
    ['german', '1.234.567,891', '−1.234.567,50\u00a0€', '12.345', '+10,5\u202f%'],
    ['french', '1\u202f234\u202f567,891', '−1\u202f234\u202f567,50\u00a0€', '12\u202f345', '+10,5\u202f%'],
    ['swiss', '1’234’567.891', '−€1’234’567.50', '12’345', '+10.5\u202f%'],
    ['indian', '12,34,567.891', '−€12,34,567.50', '12,345', '+10.5\u202f%'],
  ])('%s', (style, quantity, money, count, percent) => {
    setNumberStyle(style, 'sign');
    expect(formatQuantity('1234567.891')).toBe(quantity);
    expect(formatMoney('-1234567.5', 'eur')).toBe(money);
    expect(formatCount(12_345)).toBe(count);
    expect(formatPercent('0.105')).toBe(percent);
  });

  test('currencies by their codes', () => {
    setNumberStyle('plain', 'code');
    expect(formatMoney('12', 'usd')).toBe('USD\u00a012.00');
    setNumberStyle('german', 'code');
    expect(formatMoney('12', 'jpy')).toBe('12\u00a0JPY');
  });

  test('more digits than a double holds, in groups of two and three', () => {
    setNumberStyle('indian', 'sign');
    expect(formatDifference('12345678901234567890')).toBe('+1,23,45,67,89,01,23,45,67,890');
    expect(formatQuantity('999')).toBe('999');
    expect(formatQuantity('1000')).toBe('1,000');
  });

  test.each([
    ['de-DE', 'german'],
    ['de-CH', 'swiss'],
    ['fr', 'french'],
    ['en-IN', 'indian'],
    ['en-US', 'english'],
    ['sv-SE', 'french'],
    ['ja', 'plain'],
  ])('%s writes as %s', (locale, style) => {
    expect(styleOfLocale(locale)).toBe(style);
  });
});

describe('moments in a zone', () => {
  const now = Date.parse('2026-06-01T05:00:00Z');
  test('are told in it, with its name, across the day and the change of summer time', () => {
    setZone('Europe/Berlin');
    expect(formatMoment('2026-05-31T23:30:10Z')).toMatch(/^1 Jun 2026 01:30:10 (CEST|GMT\+2)$/);
    expect(formatMoment('2026-01-31T23:30:10Z')).toMatch(/^1 Feb 2026 00:30:10 (CET|GMT\+1)$/);
    expect(formatClock('2026-05-31T23:30:00Z', now)).toMatch(/^01:30 (CEST|GMT\+2)$/);
    expect(formatClock('2026-05-31T21:30:00Z', now)).toMatch(/^31 May 23:30 (CEST|GMT\+2)$/);
  });

  test('hours of usage and periods stay UTC', () => {
    setZone('Asia/Kolkata');
    expect(formatRange('2026-05-14T03:00:00Z', '2026-05-14T07:00:00Z')).toBe('14 May 03:00–07:00 UTC');
    expect(formatPeriod('2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z')).toBe('May 2026');
  });

  test('a zone that nobody knows is UTC', () => {
    setZone('Mars/Olympus');
    expect(zoneInForce()).toBe('UTC');
    expect(formatMoment('2026-05-31T23:30:10Z')).toBe('31 May 2026 23:30:10 UTC');
  });
});
