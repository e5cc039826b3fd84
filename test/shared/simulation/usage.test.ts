import { expect, test } from 'vitest';
import { type Close, played, printInvoices, printTimeline, printUsage } from './close-maker.ts';

/** Figures are measured, metered, billed; said is what became of the reports, in order. */
const CLOSES: readonly (Close & { readonly name: string; readonly rows: readonly string[]; readonly said: string })[] =
  [
    {
      name: 'late, while the invoice is a draft: billed',
      usage: ['01-31 10 @02-01T00:59:59'],
      to: '02-01T02:00',
      said: '02-01T00:59:59Z usage_accepted',
      rows: ['mtr_calls 01-01 to 02-01: 10, 10, 10'],
    },
    {
      name: 'at the instant of finalisation: too late',
      usage: ['01-31 10 @02-01T01:00'],
      to: '02-01T02:00',
      said: '02-01T01:00 usage_too_late',
      rows: ['mtr_calls 01-01 to 02-01: 10, 10, 0'],
    },
    {
      name: 'stamped at the boundary: of the next period',
      usage: ['02-01 10', '01-31T23:59:59 5 @02-01'],
      to: '02-01T02:00',
      said: '02-01 usage_accepted, 02-01 usage_accepted',
      rows: ['mtr_calls 01-01 to 02-01: 5, 5, 5'],
    },
    {
      name: 'a duplicate within 24 hours is dropped',
      usage: ['01-05 10 #a', '01-05 10 @01-05T23:59:59 #a'],
      to: '02-01T02:00',
      said: '01-05 usage_accepted, 01-05T23:59:59Z duplicate_dropped',
      rows: ['mtr_calls 01-01 to 02-01: 10, 10, 10'],
    },
    {
      name: 'after 24 hours the same identifier counts again: the meter has too much',
      usage: ['01-05 10 #a', '01-05 10 @01-06 #a'],
      to: '02-01T02:00',
      said: '01-05 usage_accepted, 01-06 usage_accepted',
      rows: ['mtr_calls 01-01 to 02-01: 10, 20, 20'],
    },
    {
      name: 'without an identifier nothing is a duplicate',
      usage: ['01-05 10', '01-05 10'],
      to: '02-01T02:00',
      said: '01-05 usage_accepted, 01-05 usage_accepted',
      rows: ['mtr_calls 01-01 to 02-01: 20, 20, 20'],
    },
    {
      name: '35 days back, and no second more; the month is final by then',
      usage: ['01-05 10 @02-09', '01-05 5 @02-09T00:00:01'],
      to: '02-10',
      said: '02-09 usage_too_late, 02-09T00:00:01Z usage_refused',
      rows: ['mtr_calls 01-01 to 02-01: 15, 10, 0'],
    },
    {
      name: '5 minutes ahead, and no second more',
      usage: ['01-05T00:05 10 @01-05', '01-05T00:05:01 5 @01-05'],
      to: '02-01T02:00',
      said: '01-05 usage_accepted, 01-05 usage_refused',
      rows: ['mtr_calls 01-01 to 02-01: 15, 10, 10'],
    },
    {
      name: 'what is no number is refused and measures nothing',
      usage: ['01-05 many', '01-05 1'],
      to: '02-01T02:00',
      said: '01-05 usage_refused, 01-05 usage_accepted',
      rows: ['mtr_calls 01-01 to 02-01: 1, 1, 1'],
    },
    {
      name: 'what has 16 digits or more is refused and was used',
      usage: ['01-05 1234567890.123456 #a', '01-05 -1000000000000000000000000000000.5', '01-05 1'],
      to: '02-01T02:00',
      said: '01-05 usage_refused, 01-05 usage_refused, 01-05 usage_accepted',
      rows: ['mtr_calls 01-01 to 02-01: -999999999999999999998765432109.376544, 1, 1'],
    },
    {
      name: 'corrections that outweigh usage bill 0',
      usage: ['01-05 10', '01-06 -15'],
      to: '02-01T02:00',
      said: '01-05 usage_accepted, 01-06 usage_accepted',
      rows: ['mtr_calls 01-01 to 02-01: -5, -5, 0'],
    },
    {
      name: 'count counts reports, whatever they say',
      items: ['errors'],
      usage: ['01-05 10 of errors', '01-06 10 of errors'],
      to: '02-01T02:00',
      said: '01-05 usage_accepted, 01-06 usage_accepted',
      rows: ['mtr_errors 01-01 to 02-01: 2, 2, 2'],
    },
    {
      name: 'last is the newest timestamp, not the newest receipt; of one second the last received',
      items: ['level'],
      usage: ['01-07 30 of level', '01-06 20 of level @01-08', '01-07 31 of level @01-09'],
      to: '02-01T02:00',
      said: '01-07 usage_accepted, 01-08 usage_accepted, 01-09 usage_accepted',
      rows: ['mtr_level 01-01 to 02-01: 31, 31, 31'],
    },
    {
      name: 'the final push of a cumulative total is lost: the last one that came is billed',
      items: ['level'],
      usage: ['01-30 700 of level', '01-31T23:59:59 720 of level @03-15'],
      to: '03-16',
      said: '01-30 usage_accepted, 03-15 usage_refused',
      rows: ['mtr_level 01-01 to 02-01: 720, 700, 700', 'mtr_level 02-01 to 03-01: 0, 0, 0'],
    },
  ];

const SAID = ['usage_accepted', 'usage_too_late', 'usage_refused', 'duplicate_dropped'] as const;

test.each(CLOSES)('$name', (close) => {
  const run = played(close);
  expect(printTimeline(run, ...SAID).join(', ')).toBe(close.said);
  expect(printUsage(run).slice(0, close.rows.length)).toEqual(close.rows);
});

test('the reason of a refusal is said', () => {
  const run = played({ usage: ['01-05 1 @02-15', '01-20 x', '02-15T01:00 1 @02-15'], to: '02-16' });
  expect(run.timeline.flatMap((entry) => (entry.type === 'usage_refused' ? [entry.reason] : []))).toEqual([
    'meter_event_invalid_value',
    'timestamp_too_far_in_past',
    'timestamp_in_future',
  ]);
});

test('a report is taken back within 24 hours, and not later', () => {
  const usage = ['01-05 10 #a', '01-05 7 #b'];
  const actions = [
    { at: '2026-01-06T00:00:00Z', do: 'cancel_event', event: 'calls', identifier: 'a' },
    { at: '2026-01-06T00:00:01Z', do: 'cancel_event', event: 'calls', identifier: 'b' },
  ];
  const run = played({ usage, actions, to: '02-01T02:00' });
  expect(printUsage(run)[0]).toBe('mtr_calls 01-01 to 02-01: 7, 7, 7');
  expect(run.timeline.flatMap((entry) => (entry.type === 'action' ? [entry.detail] : []))).toEqual([
    'cancelled',
    'refused: it was received more than 24 hours ago',
  ]);
});

test('a report that is taken back after the invoice is final stays billed', () => {
  const actions = [{ at: '2026-02-01T01:30:00Z', do: 'cancel_event', event: 'calls', identifier: 'a' }];
  const run = played({ usage: ['01-31 10 @02-01T00:30 #a'], actions, to: '02-01T02:00' });
  expect(printUsage(run)[0]).toBe('mtr_calls 01-01 to 02-01: 0, 0, 10');
  expect(printInvoices(run)).toEqual(['cycle 01-01 to 02-01 paid 5']);
});

test('a draft grows with late usage and is what it was when it is final', () => {
  const usage = ['01-05 100', '01-31 100 @02-01T00:30', '01-31 100 @02-01T01:30'];
  const totals = ['02-01', '02-01T00:30', '02-01T01:00', '02-01T02:00'].map((to) =>
    printInvoices(played({ usage, to })),
  );
  expect(totals.flat()).toEqual([
    'cycle 01-01 to 02-01 draft 50',
    'cycle 01-01 to 02-01 draft 100',
    'cycle 01-01 to 02-01 paid 100',
    'cycle 01-01 to 02-01 paid 100',
  ]);
});
