import { describe, expect, test } from 'vitest';
import {
  inView,
  pipelinesSearchOf,
  sortedBy,
  withoutFilters,
} from '../../renderer/screens/pipelines/pipelines-search.ts';
import {
  countdown,
  hourWords,
  newestDue,
  quantityWords,
  readable,
  soakHours,
  soakSentence,
  soonest,
} from '../../renderer/screens/pipelines/pipelines-view.ts';
import { reservationRequest, reservationSentence, sizesOf } from '../../renderer/screens/pipelines/reservation-view.ts';
import type { PipelineEntry, ReservationAnswer, SoakView } from '../../shared/contract/pipelines-schemas.ts';

const SOAK: SoakView = {
  ready: false,
  cleanHours: 17,
  requiredHours: 24,
  blockedAt: '2026-05-31T10:00:00Z',
  reason: 'drift',
  detail: null,
  readyAt: '2026-06-01T11:10:00Z',
};

describe('the address', () => {
  test('keeps what it knows and leaves out what does not fit', () => {
    const search = pipelinesSearchOf({
      pipeline: 'edge',
      meter: '',
      view: 'cutover',
      days: 31,
      hour: '2026-05-31T10:00:00Z',
      states: ['material', 'worse'],
      causes: ['double_ticks'],
      kinds: 'straggler',
      sort: 'drift',
      at: '2026-06-15 23:00',
      pieces: ['gap', 'hole'],
    });
    expect(search).toEqual({
      pipeline: 'edge',
      view: 'cutover',
      days: 31,
      hour: '2026-05-31T10:00:00Z',
      states: ['material'],
      causes: ['double_ticks'],
      sort: 'drift',
      dir: 'descending',
      pieces: ['gap'],
    });
    expect(pipelinesSearchOf({ view: 'parity', days: 7 })).toEqual({});
  });

  test('of a reservation has its sizes, and its prices all or not at all', () => {
    const sizes = { customer: 'ws_1', from: '0', to: '8', step: '4' };
    const prices = { currency: 'usd', reserved: '0.1', overage: '0.2', disk: '0' };
    expect(pipelinesSearchOf({ reserve: { ...sizes, ...prices } }).reserve).toEqual({ ...sizes, ...prices });
    expect(pipelinesSearchOf({ reserve: { ...sizes, ...prices, disk: 'free' } }).reserve).toEqual(sizes);
    expect(pipelinesSearchOf({ reserve: { ...sizes, to: '-8' } })).toEqual({});
  });

  test('of another view keeps pipeline, meter and T, and drops filters', () => {
    const search = {
      pipeline: 'edge',
      at: '2026-06-15T23:00:00Z',
      q: 'acme',
      open: 'ws_1',
      states: ['flagged'],
    } as const;
    expect(inView(search, 'cutover')).toEqual({ pipeline: 'edge', at: '2026-06-15T23:00:00Z', view: 'cutover' });
    expect(withoutFilters(search)).toEqual({ pipeline: 'edge', at: '2026-06-15T23:00:00Z', open: 'ws_1' });
  });

  test('a click on a header sorts, turns round, and goes back to what needs somebody first', () => {
    const first = sortedBy({}, 'drift');
    expect(first).toEqual({ sort: 'drift', dir: 'descending' });
    const second = sortedBy(first, 'drift');
    expect(second).toEqual({ sort: 'drift', dir: 'ascending' });
    expect(sortedBy(second, 'drift')).toEqual({});
    expect(sortedBy({}, 'customer').dir).toBe('ascending');
  });
});

describe('the clock of the soak', () => {
  test.each([
    [SOAK, 'edge has agreed with what is billed for 17 of the 24 hours that it needs.'],
    [
      { ...SOAK, ready: true, cleanHours: 24 },
      'edge has agreed with what is billed for the newest 24 hours: it may be switched to.',
    ],
    [
      { ...SOAK, cleanHours: 0 },
      'edge does not agree with what is billed in the newest hour; it needs 24 hours that do.',
    ],
    [
      { ...SOAK, cleanHours: 0, reason: 'missing_bucket' as const },
      'Whether edge agrees with what is billed was not checked for the newest hour; it needs 24 hours.',
    ],
  ])('says how far it is', (soak, sentence) => {
    expect(soakSentence('edge', soak)).toBe(sentence);
  });

  test.each([
    ['2026-06-01T11:10:00Z', 'in 6 h 07 min'],
    ['2026-06-01T05:03:30Z', 'in 1 min'],
    ['2026-06-01T05:03:00Z', 'now'],
    ['2026-06-03T06:03:00Z', 'in 2 d 1 h'],
  ])('counts down to %s', (until, words) => {
    expect(countdown(until, Date.parse('2026-06-01T05:03:00Z'))).toBe(words);
  });

  test('shows the newest hours that count', () => {
    const hours = Array.from({ length: 30 }, (_, index) => ({ at: String(index) }));
    expect(soakHours(hours as never, SOAK).map(({ at }) => at)).toEqual(hours.slice(6).map(({ at }) => at));
  });

  test('gives the first whole hour at which a switch is thinkable', () => {
    const entry = { soak: SOAK } as PipelineEntry;
    expect(soonest(entry, Date.parse('2026-06-01T05:03:00Z'))).toBe('2026-06-01T12:00:00Z');
    expect(soonest(entry, Date.parse('2026-06-01T14:00:00Z'))).toBe('2026-06-01T15:00:00Z');
  });

  test('an hour is due once its grace is over', () => {
    const due = (at: string): string => new Date(newestDue(Date.parse(at), 600)).toISOString();
    expect(due('2026-06-01T05:09:59Z')).toBe('2026-06-01T04:00:00.000Z');
    expect(due('2026-06-01T05:10:00Z')).toBe('2026-06-01T05:00:00.000Z');
  });
});

test('a sentence is told with its numbers grouped and its instants as people write them', () => {
  expect(readable('Before 2026-06-15T13:10:00Z: 360960 of them, at 2026-06-15T12:00:07Z.')).toBe(
    'Before 15 Jun 13:10 UTC: 360\u202f960 of them, at 15 Jun 12:00:07 UTC.',
  );
});

test('hours and quantities are told with their units', () => {
  expect(hourWords('2026-05-31T23:00:00Z')).toBe('31 May 23:00–1 Jun 00:00 UTC');
  expect(quantityWords([{ unit: 'GB-seconds', quantity: '25965.056' }])).toBe('25\u202f965.056 GB-seconds');
});

describe('a reservation', () => {
  test.each([
    [{ from: '0', to: '8', step: '4' }, ['0', '4', '8']],
    [{ from: '0.5', to: '2', step: '0.5' }, ['0.5', '1', '1.5', '2']],
    [{ from: '4', to: '4', step: '0' }, ['4']],
    [{ from: '0', to: '8', step: '0' }, null],
    [{ from: '8', to: '0', step: '4' }, null],
    [{ from: '0', to: '64', step: '1' }, null],
    [{ from: '', to: '64', step: '1' }, null],
  ])('is asked for in sizes %j', (range, sizes) => {
    expect(sizesOf(range)).toEqual(sizes);
  });

  test('is asked for with prices only where all are there', () => {
    const reserve = { customer: 'ws_1', from: '0', to: '4', step: '4' };
    expect(reservationRequest('edge', undefined)).toBeNull();
    expect(reservationRequest('edge', reserve)).toEqual({ pipeline: 'edge', customer: 'ws_1', sizes: ['0', '4'] });
    const prices = { currency: 'usd', reserved: '0.1', overage: '0.2', disk: '0' };
    expect(reservationRequest('edge', { ...reserve, ...prices })?.prices).toEqual(prices);
  });

  test('names the cheapest size', () => {
    const option = (reservedGb: string, total: string): ReservationAnswer['options'][number] => ({
      reservedGb,
      reserved: '0',
      used: '0',
      overage: '0',
      overageByTier: [],
      disk: '0',
      money: { reserved: '0', overage: '0', disk: '0', total },
    });
    const answer: ReservationAnswer = {
      customer: 'ws_1',
      name: null,
      period: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
      intervals: 4,
      peakGb: '12',
      averageGb: '3',
      options: [option('0', '9.00'), option('8', '7.50')],
      cheapest: '8',
      problems: [],
    };
    expect(reservationSentence(answer, 'usd')).toBe(
      '8 GB are cheapest: $7.50 for the period, with at most 12 GB at once.',
    );
    expect(reservationSentence({ ...answer, cheapest: '0' }, 'usd')).toMatch(/^No reservation at all is cheapest/);
    expect(reservationSentence({ ...answer, cheapest: null }, undefined)).toMatch(/^At most 12 GB ran at once/);
    expect(reservationSentence({ ...answer, intervals: 0 }, 'usd')).toMatch(/^No machine ran/);
  });
});
