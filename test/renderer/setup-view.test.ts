import { expect, test } from 'vitest';
import { guessMeter, guessUsage, isMatched, matchSentence, ruleText } from '../../renderer/screens/new/setup-view.ts';
import { newDraft } from '../../renderer/screens/settings/settings-view.ts';
import type { SetupMatch, SetupTable } from '../../shared/contract/setup-schemas.ts';

const table = (name: string, columns: Readonly<Record<string, string>>): SetupTable => ({
  name,
  columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })),
});
const EVENTS = table('usage_events', {
  event_id: 'UUID',
  tenant: 'LowCardinality(String)',
  created_at: "DateTime64(3, 'UTC')",
  quantity: 'Nullable(Decimal(38, 12))',
});

test('usage ids are looked for where there is an instant and a column that sounds like a customer', () => {
  expect(guessUsage([table('accounts', { account_id: 'String' }), EVENTS])).toEqual({
    table: 'usage_events',
    column: 'tenant',
  });
  expect(guessUsage([table('log', { at: 'DateTime', line: 'String' })])).toBeNull();
  expect(guessUsage([])).toBeNull();
});

test('the first meter is guessed from names and types, and what was typed stays', () => {
  const guess = guessMeter(newDraft(), { table: EVENTS, column: 'tenant', events: ['api_calls'] });
  expect(guess.key).toBe('api_calls');
  expect(guess.stripe).toEqual({ by: 'eventName', value: 'api_calls' });
  expect(guess.usage).toMatchObject({
    table: 'usage_events',
    columns: { customer: ['tenant'], at: ['created_at'], value: ['quantity'], id: ['event_id'] },
  });
  const typed = guessMeter({ ...newDraft(), key: 'mine' }, { table: undefined, column: 'x', events: ['a', 'b'] });
  expect([typed.key, typed.stripe.value, typed.usage.columns.at]).toEqual(['mine', '', []]);
});

const match = (change: Partial<SetupMatch>): SetupMatch => ({
  usageIds: 3,
  isPartial: false,
  customers: 2,
  chosen: { rule: { by: 'metadata', key: 'ws', file: '' }, matched: 2, customers: 2, ambiguous: 0, missed: [] },
  rules: [],
  problems: [],
  ...change,
});

test.each<[string, SetupMatch, boolean]>([
  ['2 of 3 usage ids find their customer.', match({}), true],
  ['There is no usage id yet; the rule is tried with the first pull.', match({ usageIds: 0 }), true],
  ['The rule is not complete yet.', match({ chosen: null }), false],
])('%s', (sentence, given, mayGoOn) => {
  expect(matchSentence(given)).toBe(sentence);
  expect(isMatched(given)).toBe(mayGoOn);
});

test('a rule that matches nothing is not gone on with', () => {
  const { chosen } = match({});
  expect(isMatched(match({ chosen: chosen === null ? null : { ...chosen, matched: 0 } }))).toBe(false);
});

test('a rule reads as in the file', () => {
  expect(ruleText({ by: 'metadata', key: 'ws', file: '' })).toBe('metadata.ws');
  expect(ruleText({ by: 'file', key: '', file: 'customers.csv' })).toBe('customers.csv');
  expect(ruleText({ by: 'email', key: '', file: '' })).toBe('email');
});
