import { describe, expect, test } from 'vitest';
import { evidenceWord, formatLag, rolesOf } from '../../renderer/format/meter-words.ts';
import { meterSearchOf, sortedBy, sortOf, withPart } from '../../renderer/screens/meter/meter-search.ts';
import {
  healthSentence,
  partsOf,
  readingSentence,
  shareText,
  stripWords,
} from '../../renderer/screens/meter/meter-view.ts';
import { caseOutline, proofSentence } from '../../renderer/screens/settings/prove-view.ts';
import { draftSentence, newDraft, unitsSentence } from '../../renderer/screens/settings/settings-view.ts';
import type { DraftProblem, HealthReading, HealthRound, MeterProof } from '../../shared/contract/meter-schemas.ts';
import { VERDICTS, type Verdict } from '../../shared/reconciliation/result.ts';

const problem = (code: DraftProblem['code'], more: Partial<DraftProblem> = {}): DraftProblem => ({
  code,
  path: null,
  field: 'key',
  message: 'x',
  ...more,
});

describe('a draft in words', () => {
  test.each([
    ['nothing wrong', [], /in order/],
    ['a warning', [problem('config.invalid_value', { severity: 'warning' })], /in order/],
    [
      'empty fields',
      [problem('config.missing_key'), problem('config.missing_key')],
      /^2 fields are still to be filled in/,
    ],
    ['both', [problem('config.missing_key'), problem('config.invalid_value')], /^1 thing is wrong, 1 missing\.$/],
  ])('%s', (_name, problems, words) => expect(draftSentence(problems, false)).toMatch(words));

  test.each([
    ['1/1000000', '1000000', /^1.000.000 usec make 1 s, exactly\.$/],
    ['60', '1/60', /^1 usec makes 60 s, exactly\.$/],
    ['1', '1', /as it is/],
    ['2/3', '3/2', /^1 usec makes 2\/3 s, exactly\.$/],
  ])('a scale of %s', (scale, inverse, words) =>
    expect(unitsSentence({ native: 'usec', billed: 's', scale, inverse })).toMatch(words),
  );

  test('events take a value or a key, by how they are taken together', () => {
    const usage = newDraft('gpu').usage;
    const roles = (aggregate: string): readonly string[] => rolesOf({ ...usage, aggregate }).map(({ role }) => role);
    expect(roles('')).toEqual(['customer', 'at', 'value', 'id']);
    expect(roles('count')).toEqual(['customer', 'at', 'id']);
    expect(roles('distinct')).toEqual(['customer', 'at', 'id', 'key']);
  });

  test('a meter of Stripe’s gives a new draft its key, where it is one', () => {
    expect(newDraft('gpu_seconds')).toMatchObject({ key: 'gpu_seconds', stripe: { value: 'gpu_seconds' } });
    expect(newDraft('GPU time / h').key).toBe('');
  });
});

test('a proof in a sentence, and a case to begin with', () => {
  const one = { name: 'a', path: 'f', isBuiltIn: false, hasPassed: true, readings: [], problems: [] };
  const mutation = { mutation: 'm', sentence: 's', caughtBy: 'a' };
  const proof = (more: Partial<MeterProof>): string =>
    proofSentence({ meter: 'm', cases: [], mutations: [], problems: [], ...more });
  expect(proof({})).toMatch(/^No case of this workspace/);
  expect(proof({ cases: [one], mutations: [mutation] })).toBe('The case passes. Each of 1 mistakes would be noticed.');
  expect(
    proof({ cases: [one, { ...one, hasPassed: false }], mutations: [mutation, { ...mutation, caughtBy: null }] }),
  ).toBe('1 of 2 cases fails. 1 of 2 mistakes would go unnoticed.');
  expect(proof({ cases: [{ ...one, isBuiltIn: true, hasPassed: false }] })).toMatch(/own cases fail on this engine/);
  const draft = newDraft('calls');
  const usage = { ...draft.usage, columns: { customer: ['tenant'], at: ['ts'] } };
  expect(caseOutline({ ...draft, usage })).toContain('- { tenant: …, ts: … }');
});

const round = (counts: Partial<Record<Verdict, number>>, more: Partial<HealthRound> = {}): HealthRound => {
  const byVerdict = {
    ...Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])),
    ...counts,
  } as HealthRound['byVerdict'];
  const cells = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    run: 1,
    at: '2026-05-31T17:02:00Z',
    month: '2026-05',
    cells,
    healthy: cells,
    byVerdict,
    newestAgeSeconds: 3600,
    oldestBehindSeconds: null,
    ...more,
  };
};

describe('health in words', () => {
  test('of the newest round, and of pushes that stopped', () => {
    expect(healthSentence([], 7200)).toMatch(/^No round/);
    expect(healthSentence([round({ agree: 60 })], 7200)).toBe('All 60 cells of the newest round are healthy.');
    expect(healthSentence([round({ agree: 1 })], 7200)).toBe('The one cell of the newest round is healthy.');
    expect(
      healthSentence([round({ agree: 59, stale_overdue: 1 }, { healthy: 59, newestAgeSeconds: 18_000 })], 7200),
    ).toBe(
      '1 of 60 cells of the newest round is not healthy. No customer has been pushed for 5 h: the pushes themselves may have stopped.',
    );
  });

  test('a round in parts that are drawn', () => {
    expect(partsOf(round({ agree: 5, agree_zero: 1, stale: 2, missing_stripe: 3, incomplete: 4 }))).toEqual({
      agree: 6,
      stale: 2,
      structural: 3,
      incomplete: 4,
    });
    expect(shareText(9_999, 10_000)).toBe('99.9\u202f%');
    expect(shareText(0, 0)).toBe('–');
  });

  test('a strip and a customer', () => {
    expect(stripWords([null, 'agree', 'stale_overdue'])).toBe('wrong in 1 of 2 rounds');
    expect(stripWords([null])).toBe('not seen lately');
    const reading = (verdict: Verdict, at: string): HealthReading => ({
      run: 1,
      at,
      month: '2026-05',
      verdict,
      measured: '1',
      metered: '1',
      drift: '0',
      heldHour: null,
      ageSeconds: 19_200,
      basicRule: true,
      pitfalls: [],
    });
    const readings = [
      reading('agree', '2026-05-31T16:02:00Z'),
      reading('stale_overdue', '2026-05-31T17:02:00Z'),
      reading('stale_overdue', '2026-05-31T18:02:00Z'),
    ];
    expect(readingSentence(readings)).toBe('Push overdue, since 31 May 17:02 UTC. Stripe’s value is 5 h 20 min old.');
    expect(readingSentence([])).toMatch(/^No round/);
  });

  test.each([
    [null, '–'],
    [59, '0 min'],
    [3600, '1 h'],
    [90_000, '25 h'],
    [180_000, '2 d 2 h'],
  ])('an age of %s seconds', (seconds, words) => expect(formatLag(seconds)).toBe(words));

  test('evidence that is not known reads as words', () => {
    expect(evidenceWord('dropped_pairs')).toBe('Pairs across outages');
    expect(evidenceWord('some_new_fact')).toBe('Some new fact');
  });
});

test('the address of a meter: what does not fit is left out, and a header turns its order around', () => {
  const search = meterSearchOf({
    key: 'cpu',
    month: '2026-5',
    q: '',
    sort: 'age',
    dir: 'ascending',
    open: { customer: 'c', usageId: 3 },
  });
  expect(search).toEqual({ key: 'cpu', sort: 'age', dir: 'ascending', open: { customer: 'c', usageId: null } });
  expect(sortOf({ key: 'cpu' })).toEqual({ by: 'concern', direction: 'descending' });
  const first = sortedBy({ key: 'cpu' }, 'customer');
  expect(first).toMatchObject({ sort: 'customer', dir: 'ascending' });
  expect(sortedBy(sortedBy(first, 'customer'), 'customer')).toEqual({ key: 'cpu' });
  expect(withPart(search, 'open', undefined)).not.toHaveProperty('open');
});
