import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatInstant,
  fromUnixSeconds,
  HOUR_MS,
  hourOf,
  instant,
  parseDuration,
  parseInstant,
  toUnixSeconds,
} from '../../../shared/values/instant.ts';
import { SEED } from './arbitraries.ts';

describe('instants', () => {
  test.each([
    ['2026-05-01T00:00:00Z', '2026-05-01T00:00:00Z'],
    ['2026-05-01', '2026-05-01T00:00:00Z'],
    ['2026-05-01T00:00Z', '2026-05-01T00:00:00Z'],
    ['2026-07-01T01:30:00+02:00', '2026-06-30T23:30:00Z'],
    ['2026-07-01T01:30:00-0230', '2026-07-01T04:00:00Z'],
    ['2026-05-01T00:00:00.25Z', '2026-05-01T00:00:00.250Z'],
    ['2024-02-29T23:59:59.999999999Z', '2024-02-29T23:59:59.999Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
  ])('%s is %s', (text, expected) => {
    expect(formatInstant(parseInstant(text))).toBe(expected);
  });

  test.each([
    '',
    '2026-05',
    '2026-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-05-01T24:00:00Z',
    '2026-05-01T00:60:00Z',
    '2026-05-01T00:00:60Z',
    '2026-05-01T00:00:00',
    '2026-05-01 00:00:00Z',
    '2026-05-01T00:00:00+24:00',
    '2026-05-01T00:00:00+01:60',
    '1777593600',
  ])('%j is refused', (text) => {
    expect(() => parseInstant(text, 'at')).toThrowError(
      expect.objectContaining({ code: 'instant.malformed', path: 'at' }),
    );
  });

  test('are what Date reads, and come back as they were written', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }), (date) => {
        expect(parseInstant(date.toISOString())).toBe(date.getTime());
        expect(parseInstant(formatInstant(instant(date.getTime())))).toBe(date.getTime());
      }),
      SEED,
    );
  });

  test('an instant past the year 9999 is still written with its seconds', () => {
    expect(formatInstant(instant(Date.UTC(10_000, 0, 1)))).toBe('+010000-01-01T00:00:00Z');
  });

  test('seconds are floored, also before 1970', () => {
    expect(toUnixSeconds(instant(1999))).toBe(1);
    expect(toUnixSeconds(instant(-1))).toBe(-1);
    expect(fromUnixSeconds(-1)).toBe(-1000);
  });

  test('an hour begins at or before the instant and is whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }), (epochMs) => {
        const start = hourOf(instant(epochMs));
        expect(Math.abs(start % HOUR_MS)).toBe(0);
        expect(start <= epochMs && epochMs - start < HOUR_MS).toBe(true);
      }),
      SEED,
    );
  });

  test.each([1.5, Number.NaN, 2 ** 53])('%d is no instant', (epochMs) => {
    expect(() => instant(epochMs)).toThrow(RangeError);
  });
});

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['3d', 259_200_000],
    ['0s', 0],
    [' 2h ', 7_200_000],
  ])('%s', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  test.each(['', '2', 'h', '1.5h', '-1h', '1 h', '1w', '1H', '1h30m', '999999999999d'])('%j is refused', (text) => {
    expect(() => parseDuration(text)).toThrowError(expect.objectContaining({ code: 'duration.malformed' }));
  });
});
