import { describe, expect, test } from 'vitest';
import { ROLLUP_METERS, rollupEventId } from '../../../../shared/reconciliation/pipelines/rollup.ts';
import { checkRollup } from '../../../../shared/reconciliation/pipelines/rollup-check.ts';
import type {
  HeldSpan,
  ListedEvent,
  RollupFacts,
  SampledPiece,
} from '../../../../shared/reconciliation/pipelines/rollup-facts.ts';
import { formatDecimal, parseDecimal } from '../../../../shared/values/decimal.ts';
import { HOUR_MS, type Instant, instant } from '../../../../shared/values/instant.ts';

const NOON = Date.UTC(2026, 5, 15, 12);
const hour = (at: number): Instant => instant(NOON + at * HOUR_MS);
const OVERAGE = ROLLUP_METERS.unified;
const FOUR = 'sandbox_compute_sandbox_4gb';

const piece = (customer: string, at: number, seconds: string, more: Partial<SampledPiece> = {}): SampledPiece => ({
  customer,
  from: hour(at),
  memoryMb: parseDecimal('4096'),
  seconds: parseDecimal(seconds),
  lateSeconds: parseDecimal('0'),
  ...more,
});

const event = (customer: string, at: number, value: string, more: Partial<ListedEvent> = {}): ListedEvent => {
  const meter = more.meter ?? OVERAGE;
  return {
    id: rollupEventId(customer, hour(at), meter),
    customer,
    meter,
    bucketStart: hour(at),
    value: parseDecimal(value),
    state: 'sent',
    eventAt: hour(at + 1),
    attemptedAt: instant(hour(at + 1) + 660_000),
    sentAt: instant(hour(at + 1) + 661_000),
    ...more,
  };
};

const facts = (more: Partial<RollupFacts>): RollupFacts => ({
  period: { from: hour(-24), to: hour(24) },
  bucketMs: HOUR_MS,
  graceMs: 600_000,
  now: hour(20),
  billFrom: hour(0),
  isShadow: false,
  meters: ROLLUP_METERS,
  mode: 'unified',
  modes: null,
  samples: [],
  events: [],
  held: [],
  others: [],
  accountOf: (customer) => `cus_${customer}`,
  ...more,
});

const held = (customer: string, at: number, value: string, meter = OVERAGE): HeldSpan => ({
  account: `cus_${customer}`,
  meter,
  span: { from: hour(at), to: hour(at + 1) },
  value: parseDecimal(value),
  asOf: hour(20),
});

const told = (more: Partial<RollupFacts>): readonly string[] =>
  checkRollup(facts(more)).map(
    ({ kind, effect, quantity, reason }) => `${kind} ${effect} ${formatDecimal(quantity)} ${reason}`,
  );

const LATE = { lateSeconds: parseDecimal('20') };
const legacyUntil = (at: number) =>
  new Map([
    [
      'a',
      [
        { since: hour(-100), mode: 'legacy' as const, isBilledByStripe: true },
        { since: hour(at), mode: 'unified' as const, isBilledByStripe: true },
      ],
    ],
  ]);

describe('what the list of events shows', () => {
  test.each<[string, Partial<RollupFacts>, readonly string[]]>([
    ['all that was measured was sent', { samples: [piece('a', 1, '100')], events: [event('a', 1, '400')] }, []],
    [
      'a sample that came after its bucket was rolled',
      { samples: [piece('a', 1, '120', LATE)], events: [event('a', 1, '400')] },
      ['straggler lost 80 late_samples'],
    ],
    [
      'the same where nobody knows when samples come',
      { samples: [piece('a', 1, '120', { lateSeconds: null })], events: [event('a', 1, '400')] },
      ['straggler lost 80 late_unknown'],
    ],
    [
      'less than the samples, none of which came late',
      { samples: [piece('a', 1, '120')], events: [event('a', 1, '400')] },
      ['not_made lost 80 less_than_samples'],
    ],
    [
      'late samples that account for a part of it',
      { samples: [piece('a', 1, '130', LATE)], events: [event('a', 1, '400')] },
      ['not_made lost 40 less_than_samples', 'straggler lost 80 late_samples'],
    ],
    [
      'a late sample that was in time for the roll',
      { samples: [piece('a', 1, '120', LATE)], events: [event('a', 1, '480')] },
      [],
    ],
    [
      'more than the samples',
      { samples: [piece('a', 1, '100')], events: [event('a', 1, '440')] },
      ['not_measured twice 40 more_than_samples'],
    ],
    ['six decimals are enough', { samples: [piece('a', 1, '0.0000001')], events: [event('a', 1, '0')] }, []],
    [
      'six decimals of an odd size',
      {
        samples: [piece('a', 1, '1', { memoryMb: parseDecimal('1000') })],
        events: [event('a', 1, '0.976563')],
      },
      [],
    ],
    ['no event', { samples: [piece('a', 1, '100')] }, ['not_made lost 400 no_event']],
    ['no samples', { events: [event('a', 1, '400')] }, ['not_measured twice 400 no_samples']],
    ['a bucket that is not due', { now: instant(hour(2) + 599_999), samples: [piece('a', 1, '100')] }, []],
    ['… and is', { now: instant(hour(2) + 600_000), samples: [piece('a', 1, '100')] }, ['not_made lost 400 no_event']],
    ['a pipeline that lists nothing cannot be judged', { samples: [piece('a', 1, '100')], events: null }, []],
    [
      'left in shadow after T',
      { samples: [piece('a', 0, '100')], events: [event('a', 0, '400', { state: 'shadow', sentAt: null })] },
      ['shadow_remainder lost 400 left_in_shadow'],
    ],
    [
      'in shadow before T, whatever it holds',
      { samples: [piece('a', -1, '100')], events: [event('a', -1, '300', { state: 'shadow', sentAt: null })] },
      [],
    ],
    [
      'sent before T, where the other pipeline bills',
      { samples: [piece('a', -1, '100')], events: [event('a', -1, '400')] },
      ['not_measured twice 400 before_the_cutover'],
    ],
    [
      'two values under one id',
      { samples: [piece('a', 1, '100')], events: [event('a', 1, '300'), event('a', 1, '400')] },
      ['id_conflict lost 100 two_values'],
    ],
    [
      'two values under one id, of which the right one came first',
      { samples: [piece('a', 1, '100')], events: [event('a', 1, '400'), event('a', 1, '300')] },
      ['id_conflict at_risk 300 two_values'],
    ],
    [
      'a straggler that the pipeline lists as discarded is a straggler',
      { samples: [piece('a', 1, '120', LATE)], events: [event('a', 1, '400'), event('a', 1, '80')] },
      ['straggler lost 80 late_samples'],
    ],
    [
      'the same row twice is one event',
      { samples: [piece('a', 1, '100')], events: [event('a', 1, '400'), event('a', 1, '400')] },
      [],
    ],
    [
      'an id that nobody can make again',
      { samples: [piece('a', 1, '100')], events: [event('a', 1, '400', { id: 'random' })] },
      ['id_conflict at_risk 400 foreign_id'],
    ],
    [
      'the same usage under a second id, which Stripe takes as well',
      { samples: [piece('a', 1, '100')], events: [event('a', 1, '400'), event('a', 1, '400', { id: 'random' })] },
      ['id_conflict twice 400 foreign_id'],
    ],
    [
      'a second id that waits',
      {
        samples: [piece('a', 18, '100')],
        events: [event('a', 18, '300'), event('a', 18, '400', { id: 'random', state: 'pending', sentAt: null })],
      },
      ['id_conflict at_risk 300 foreign_id'],
    ],
    [
      'a second id for what the first lacks',
      { samples: [piece('a', 1, '120', LATE)], events: [event('a', 1, '400'), event('a', 1, '80', { id: 'random' })] },
      ['id_conflict at_risk 80 foreign_id'],
    ],
    [
      'a second id that was never sent',
      {
        samples: [piece('a', 1, '100')],
        events: [event('a', 1, '400'), event('a', 1, '400', { id: 'random', state: 'shadow' })],
      },
      ['shadow_remainder lost 400 left_in_shadow'],
    ],
    [
      'first tried more than a day before it was sent',
      {
        samples: [piece('a', -30, '100')],
        billFrom: hour(-40),
        period: { from: hour(-40), to: hour(24) },
        events: [event('a', -30, '400', { sentAt: instant(hour(-5) + 660_001) })],
      },
      ['retry_after_24h at_risk 400 sent_again'],
    ],
    [
      'a day to the millisecond is in time',
      {
        samples: [piece('a', -30, '100')],
        billFrom: hour(-40),
        period: { from: hour(-40), to: hour(24) },
        events: [event('a', -30, '400', { sentAt: instant(hour(-5) + 660_000) })],
      },
      [],
    ],
    [
      'pending since more than a day',
      {
        samples: [piece('a', -30, '100')],
        billFrom: hour(-40),
        period: { from: hour(-40), to: hour(24) },
        events: [event('a', -30, '400', { state: 'pending', sentAt: null })],
      },
      ['retry_after_24h at_risk 400 still_pending'],
    ],
    [
      'pending since some hours',
      {
        samples: [piece('a', 5, '100')],
        events: [event('a', 5, '400', { state: 'pending', sentAt: null, attemptedAt: null })],
      },
      ['not_held at_risk 400 never_sent'],
    ],
    [
      'pending, and still young',
      {
        samples: [piece('a', 18, '100')],
        events: [event('a', 18, '400', { state: 'pending', sentAt: null, attemptedAt: null })],
      },
      [],
    ],
    [
      'the last bucket of a month',
      {
        period: { from: hour(0), to: hour(1000) },
        now: hour(1000),
        samples: [piece('a', 371, '100')],
        events: [event('a', 371, '400')],
      },
      ['next_month moved 400 stamped_in_next_month'],
    ],
    [
      'T within a bucket',
      {
        billFrom: instant(hour(1) + 900_000),
        samples: [piece('a', 1, '50'), piece('a', 1, '100', { from: instant(hour(1) + 900_000) })],
      },
      ['unaligned_cutover lost 400 cut_bucket'],
    ],
    [
      'nothing is lost while nothing is billed',
      { billFrom: null, isShadow: true, samples: [piece('a', 1, '120', LATE)], events: [event('a', 1, '400')] },
      ['straggler at_risk 80 late_samples'],
    ],
    [
      'nobody knows the customer',
      { modes: new Map(), samples: [piece('a', 1, '100')] },
      ['not_made lost 400 unknown_customer'],
    ],
    [
      'somebody else bills the customer',
      {
        modes: new Map([['a', [{ since: hour(-9), mode: 'unified', isBilledByStripe: false }]]]),
        samples: [piece('a', 1, '100')],
      },
      [],
    ],
  ])('%s', (_name, given, expected) => {
    expect(told(given)).toEqual(expected);
  });
});

describe('modes', () => {
  test.each<[string, Partial<RollupFacts>, readonly string[]]>([
    [
      'each in its own',
      {
        modes: legacyUntil(3),
        samples: [piece('a', 2, '100'), piece('a', 3, '100')],
        events: [event('a', 2, '100', { meter: FOUR }), event('a', 3, '400')],
      },
      [],
    ],
    [
      'in both at once',
      {
        modes: legacyUntil(3),
        samples: [piece('a', 3, '100')],
        events: [event('a', 3, '400'), event('a', 3, '100', { meter: FOUR })],
      },
      ['mode_change twice 100 other_mode'],
    ],
    [
      'in the other one alone',
      { modes: legacyUntil(3), samples: [piece('a', 2, '100')], events: [event('a', 2, '400')] },
      ['mode_change moved 400 other_mode'],
    ],
    [
      'a straggler after the change goes to the new meter',
      {
        modes: legacyUntil(3),
        samples: [piece('a', 2, '120', LATE)],
        events: [event('a', 2, '100', { meter: FOUR }), event('a', 2, '80')],
      },
      ['mode_change moved 80 other_mode'],
    ],
    [
      'in the other one alone, where nobody knows since when',
      {
        modes: new Map([['a', [{ since: instant(0), mode: 'legacy', isBilledByStripe: true }]]]),
        samples: [piece('a', 2, '100')],
        events: [event('a', 2, '400')],
      },
      [],
    ],
    [
      'in both, where nobody knows since when',
      { samples: [piece('a', 2, '100')], events: [event('a', 2, '100', { meter: FOUR }), event('a', 2, '400')] },
      ['mode_change twice 400 other_mode'],
    ],
    [
      'a size without a meter',
      {
        mode: 'legacy',
        samples: [piece('a', 2, '100'), piece('a', 2, '60', { memoryMb: parseDecimal('2048') })],
        events: [event('a', 2, '100', { meter: FOUR })],
      },
      ['not_made lost 60 unknown_size'],
    ],
  ])('%s', (_name, given, expected) => {
    expect(told(given)).toEqual(expected);
  });
});

describe('what Stripe holds', () => {
  const one = { samples: [piece('a', 1, '100')], events: [event('a', 1, '400')] };
  const late = {
    samples: [piece('a', -30, '100')],
    billFrom: hour(-40),
    period: { from: hour(-40), to: hour(24) },
    events: [event('a', -30, '400', { sentAt: hour(-3) })],
  };
  test.each<[string, Partial<RollupFacts>, readonly string[]]>([
    ['what was sent', { ...one, held: [held('a', 2, '400')] }, []],
    ['its own noise', { ...one, held: [held('a', 2, '400.0000000000001')] }, []],
    ['nothing', { ...one, held: [held('a', 2, '0')] }, ['not_held lost 400 stripe_has_less']],
    ['it twice', { ...one, held: [held('a', 2, '800')] }, ['held_twice twice 400 stripe_has_more']],
    ['another meter is another matter', { ...one, held: [held('a', 2, '400'), held('a', 2, '0', FOUR)] }, []],
    ['something that nobody sent', { held: [held('a', 2, '9')] }, ['held_twice twice 9 stripe_has_more']],
    ['something of before the period', { held: [held('a', -30, '9')] }, []],
    [
      'what another pipeline sent as well',
      {
        ...one,
        held: [held('a', 2, '500')],
        others: [{ customer: 'a', meter: OVERAGE, value: parseDecimal('100'), eventAt: hour(2) }],
      },
      [],
    ],
    [
      'what was sent a moment before Stripe was asked is not judged',
      {
        ...one,
        events: [event('a', 1, '400', { sentAt: instant(hour(20) - 60_000), attemptedAt: instant(hour(20) - 60_000) })],
        held: [held('a', 2, '0')],
      },
      [],
    ],
    [
      'an event that was made and sent after the list was read',
      { ...one, now: instant(hour(2) + 600_000 - 1), events: [], held: [held('a', 2, '400')] },
      [],
    ],
    [
      'the same, where Stripe was asked for the whole month',
      {
        ...one,
        now: instant(hour(9) - 1),
        held: [{ ...held('a', 2, '900'), span: { from: hour(-12), to: hour(300) } }],
      },
      [],
    ],
    [
      'less than was sent is missing, whatever came after',
      {
        ...one,
        now: instant(hour(9) - 1),
        held: [{ ...held('a', 2, '300'), span: { from: hour(-12), to: hour(300) } }],
      },
      ['not_held lost 100 stripe_has_less'],
    ],
    [
      'where nobody knows when an event was sent, it may have been after Stripe was asked',
      {
        ...one,
        events: [event('a', 1, '400', { sentAt: null, attemptedAt: null })],
        held: [{ ...held('a', 2, '0'), asOf: instant(hour(2) + 660_000) }],
      },
      [],
    ],
    ['a late retry that counted once is none', { ...late, held: [held('a', -29, '400')] }, []],
    [
      'a late retry that counted twice',
      { ...late, held: [held('a', -29, '800')] },
      ['retry_after_24h twice 400 sent_again'],
    ],
    [
      'an event that waits and was taken',
      {
        samples: [piece('a', 5, '100')],
        events: [event('a', 5, '400', { state: 'pending', sentAt: null })],
        held: [held('a', 6, '400')],
      },
      ['not_held at_risk 400 never_sent'],
    ],
  ])('%s', (_name, given, expected) => {
    expect(told(given)).toEqual(expected);
  });
});
