import { describe, expect, test } from 'vitest';
import type { Pitfall, PitfallCode, PitfallInput } from '../../../../shared/reconciliation/pitfalls/pitfall.ts';
import { pitfallsOf } from '../../../../shared/reconciliation/pitfalls/pitfalls.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { instant, parseInstant } from '../../../../shared/values/instant.ts';
import type { Period } from '../../../../shared/values/period.ts';

/** A month of six hours, so that every series can be written out. */
const period: Period = { from: parseInstant('2026-05-31T18:00:00Z'), to: parseInstant('2026-06-01T00:00:00Z') };
const HOUR = 3_600_000;
const AFTER = instant(period.to + 2 * HOUR);

/** What was measured in each hour, and what was sent in it; `.` is nothing. */
type Hours = { readonly used: string; readonly sent: string };

const cells = (text: string): (bigint | null)[] => text.split(' ').map((word) => (word === '.' ? null : BigInt(word)));

function totalsOf(used: string): bigint[] {
  const totals = [0n];
  for (const value of cells(used)) totals.push((totals.at(-1) ?? 0n) + (value ?? 0n));
  return totals;
}

function input({ used, sent }: Hours, more: Partial<PitfallInput> = {}): PitfallInput {
  const totals = totalsOf(used);
  const held = cells(sent).findLast((value) => value !== null) ?? null;
  const isUnused = cells(used).every((value) => value === null);
  return {
    period,
    unit: 'GiB',
    pulledAt: AFTER,
    isMonthToDate: true,
    measured: isUnused ? null : parseDecimal(String(totals.at(-1))),
    metered: held === null ? null : parseDecimal(String(held)),
    perUnit: 1n,
    totals,
    sent: cells(sent),
    previousMeasured: null,
    next: null,
    ...more,
  };
}

const codes = (found: readonly Pitfall[]): readonly PitfallCode[] => found.map(({ code }) => code);
const STEADY = '10 10 10 10 10 10';

describe('the final push', () => {
  test.each<[string, Hours, Partial<PitfallInput>, readonly PitfallCode[]]>([
    ['is there', { used: STEADY, sent: '10 20 30 40 50 60' }, {}, []],
    ['is there, rounded', { used: '100 0 0 0 9999900 0', sent: '. . . . . 9999999' }, {}, []],
    ['fails', { used: STEADY, sent: '10 20 30 40 50 .' }, {}, ['final_push_missing']],
    ['fails for hours', { used: STEADY, sent: '10 20 . . . .' }, {}, ['final_push_missing']],
    ['fails after one within the last hour', { used: STEADY, sent: '10 20 30 40 50 55' }, {}, ['final_push_missing']],
    [
      'fails behind a pusher that is an hour late',
      { used: STEADY, sent: '. 10 20 30 40 50' },
      {},
      ['final_push_missing'],
    ],
    ['fails, and nothing was used after it', { used: '10 10 10 10 10 .', sent: '10 20 30 40 50 .' }, {}, []],
    [
      'is not due in an open month',
      { used: STEADY, sent: '10 20 30 . . .' },
      { pulledAt: instant(period.to - HOUR) },
      [],
    ],
    ['is not what is wrong with a value that was never true', { used: STEADY, sent: '. . . . . 6' }, {}, []],
    ['is not what is wrong with a value above all', { used: STEADY, sent: '. . . . . 70' }, {}, []],
    ['cannot be judged without hours of usage', { used: STEADY, sent: '10 . . . . .' }, { totals: null }, []],
    ["cannot be judged without Stripe's hours", { used: STEADY, sent: '10 . . . . .' }, { sent: null }, []],
  ])('%s', (_title, hours, more, expected) => {
    expect(codes(pitfallsOf(input(hours, more)))).toEqual(expected);
  });

  test('of levels is missing in both directions', () => {
    const levels = { isMonthToDate: false, totals: [0n, 5n, 7n, 4n, 4n, 3n, 3n], measured: parseDecimal('3') };
    const held = (sent: string) => codes(pitfallsOf(input({ used: STEADY, sent }, levels)));
    expect(held('5 7 4 . . .')).toEqual(['final_push_missing']);
    expect(held('5 . . . . .')).toEqual(['final_push_missing']);
    expect(held('5 7 4 4 3 .')).toEqual([]);
  });

  test('says the hour, what is held and what was due', () => {
    const [found] = pitfallsOf(input({ used: STEADY, sent: '10 20 30 40 50 .' }));
    expect(found).toEqual({
      code: 'final_push_missing',
      sentence:
        'The final push of the month is missing: Stripe holds 50 GiB, sent in the hour of 31 May 22:00 UTC, where 60 were due at the end.',
      evidence: { heldHour: '2026-05-31T22:00:00Z', held: '50', due: '60' },
    });
  });
});

describe('two pushes of one second', () => {
  const used = '10 10 10 10 10 10';
  const sent = '10 20 30 40 50 60';
  const tie = (metered: string, more: Partial<PitfallInput> = {}) =>
    pitfallsOf(input({ used, sent }, { metered: parseDecimal(metered), ...more })).filter(
      ({ code }) => code === 'same_second_tie',
    );

  test('Stripe answers otherwise for the month than for its newest hour: the possible set', () => {
    expect(tie('55').map(({ evidence }) => evidence)).toEqual([
      { heldHour: '2026-05-31T23:00:00Z', possible: ['55', '60'] },
    ]);
    expect(tie('61')[0]?.evidence.possible).toEqual(['60', '61']);
  });

  test('an answer that agrees shows nothing', () => expect(tie('60')).toEqual([]));

  test.each([
    [1 * HOUR - 1, 0],
    [1 * HOUR, 1],
  ])('an hour that ended %i ms ago', (sinceMs, found) => {
    expect(tie('55', { pulledAt: instant(period.to + sinceMs) })).toHaveLength(found);
  });
});

describe('the final total stamped on the end, or later', () => {
  const short = { used: STEADY, sent: '10 20 30 40 50 .' };
  const next = (used: string, sent: string) => ({ next: { totals: totalsOf(used), sent: cells(sent) } });
  test.each<[string, Hours, Partial<PitfallInput>, readonly PitfallCode[]]>([
    ['on the end', short, next('1 1 1', '60 1 2'), ['final_push_missing', 'stamped_after_period']],
    ['an hour later', short, next('1 1 1', '1 60 .'), ['final_push_missing', 'stamped_after_period']],
    [
      'with nothing held in the month',
      { used: STEADY, sent: '. . . . . .' },
      next('1', '60'),
      ['stamped_after_period'],
    ],
    ['not where the month holds its total', { used: STEADY, sent: '. . . . . 60' }, next('1', '60'), []],
    ['not where the next month has used as much', short, next('60 1', '60 61'), ['final_push_missing']],
    ['not in a month that is open', short, { ...next('1', '60'), pulledAt: instant(period.to - 1) }, []],
  ])('%s', (_title, hours, more, expected) => {
    expect(codes(pitfallsOf(input(hours, more)))).toEqual(expected);
  });

  test('names the hour that the end of the period begins', () => {
    const found = pitfallsOf(input(short, next('1 1', '60 2'))).at(-1);
    expect(found?.evidence).toEqual({ hour: '2026-06-01T00:00:00Z', sent: '60', held: '50' });
    expect(found?.sentence).toBe(
      "The total of this month, 60 GiB, was stamped in the first hour of the next month, which begins with the period's end; it counts there, and this month holds 50.",
    );
  });
});

describe('the old total in a new month', () => {
  const previous = { previousMeasured: parseDecimal('500'), pulledAt: instant(period.to - HOUR) };
  test.each<[string, Hours, Partial<PitfallInput>, string | null]>([
    ['is held', { used: '10 10 . . . .', sent: '500 . . . . .' }, previous, 'true'],
    ['was replaced', { used: '10 10 . . . .', sent: '500 20 . . . .' }, previous, 'false'],
    ['is held without usage in the new month', { used: '. . . . . .', sent: '500 . . . . .' }, previous, 'true'],
    ['is what the new month used, too', { used: '500 10 . . . .', sent: '500 510 . . . .' }, previous, null],
    ['is another value', { used: '10 10 . . . .', sent: '490 20 . . . .' }, previous, null],
    [
      'is zero',
      { used: '. . . . . .', sent: '0 . . . . .' },
      { ...previous, previousMeasured: parseDecimal('0') },
      null,
    ],
    ['is not known', { used: '10 . . . . .', sent: '500 . . . . .' }, { ...previous, previousMeasured: null }, null],
    [
      'says nothing of levels',
      { used: '10 . . . . .', sent: '500 . . . . .' },
      { ...previous, isMonthToDate: false },
      null,
    ],
  ])('%s', (_title, hours, more, isHeld) => {
    const found = pitfallsOf(input(hours, more)).find(({ code }) => code === 'old_total');
    expect(found?.evidence.isHeld ?? null).toBe(isHeld);
  });
});

describe('a value held beside no usage', () => {
  test.each<[string, Hours, Partial<PitfallInput>, readonly PitfallCode[]]>([
    ['no usage in the month', { used: '. . . . . .', sent: '7 . . . . .' }, {}, ['held_without_usage']],
    ['hours of zero', { used: '0 0 0 0 0 0', sent: '7 . . . . .' }, {}, ['held_without_usage']],
    ['usage that was taken back', { used: '7 0 -7 0 0 0', sent: '7 . . . . .' }, {}, ['reset_impossible']],
    ['a zero that was sent', { used: '7 0 -7 0 0 0', sent: '7 7 0 . . .' }, {}, []],
    ['nothing held', { used: '. . . . . .', sent: '. . . . . .' }, {}, []],
    [
      'no hours at all',
      { used: '. . . . . .', sent: '7 . . . . .' },
      { totals: null, sent: null },
      ['held_without_usage'],
    ],
  ])('%s', (_title, hours, more, expected) => {
    expect(codes(pitfallsOf(input(hours, more)))).toEqual(expected);
  });

  test('a level that fell to zero in an open month stays held', () => {
    const level = { isMonthToDate: false, totals: [0n, 5n, 0n, 0n, 0n, 0n, 0n], measured: parseDecimal('0') };
    const open = { ...level, pulledAt: instant(period.to - HOUR) };
    const found = pitfallsOf(input({ used: STEADY, sent: '5 . . . . .' }, open));
    expect(codes(found)).toEqual(['reset_impossible']);
    expect(found[0]?.evidence).toEqual({ heldHour: '2026-05-31T18:00:00Z', held: '5' });
  });
});
