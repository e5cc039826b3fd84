import { expect, test } from 'vitest';
import {
  asMeasuredWords,
  bareOption,
  causeNote,
  proofHeadline,
  settingText,
  settingWords,
} from '../../renderer/screens/proof/proof-view.ts';
import {
  changeSentence,
  leftOutSentence,
  priceName,
  priceSummary,
  priceUse,
} from '../../renderer/screens/what-if/what-if-view.ts';

const counted = {
  month: null,
  lines: 1284,
  exact: 1284,
  licensed: { lines: 210, exact: 210 },
  differingTotal: 0,
  unratableTotal: 0,
};

test.each([
  [counted, 'Every finalised line comes out exactly as Stripe billed it: 1,284 metered and 210 licensed.'],
  [
    { ...counted, exact: 1247, differingTotal: 36, unratableTotal: 1 },
    '1,247 of 1,284 metered lines come out exactly as Stripe billed them; 36 differ, 1 cannot be rated.',
  ],
  [
    { ...counted, month: '2026-04', exact: 1283, differingTotal: 1 },
    '1,283 of 1,284 metered lines of Apr 2026 come out exactly as Stripe billed them; 1 differs.',
  ],
  [
    { ...counted, lines: 0, exact: 0, licensed: { lines: 0, exact: 0 } },
    'No finalised invoice line has been pulled, so there is nothing to prove the engine on.',
  ],
])('the proof in a sentence %#', (given, sentence) => {
  expect(proofHeadline(given)).toBe(sentence);
});

test('settings are written as tieout.yaml has them, together where they help together', () => {
  expect(settingText({ option: 'rating.rounding', value: 'half_even' })).toBe('rating:\n  rounding: half_even\n');
  expect(settingText({ option: 'rating.rounding, rating.roundAt', value: 'up, total' })).toBe(
    'rating:\n  rounding: up\n  roundAt: total\n',
  );
  expect(settingWords({ option: 'rating.roundAt', value: 'total' })).toBe('roundAt: total');
  expect(bareOption('rating.roundAt')).toBe('roundAt');
});

test('causes are counted in words, and the measured side is told by its sign', () => {
  expect(causeNote([])).toBe('none');
  expect(
    causeNote([
      { cause: 'manual_edit', lines: 1 },
      { cause: 'rounding', lines: 1200 },
    ]),
  ).toBe('1 edited by hand, 1,200 another rule');
  expect(['0', '5', '-5'].map((difference) => asMeasuredWords({ difference }))).toEqual([
    'billed exactly',
    'not billed',
    'billed too much',
  ]);
});

const total = {
  currency: 'usd',
  customers: 58,
  now: '100',
  instead: '103.20',
  change: '3.20',
  relative: '0.032',
  more: 34,
  less: 12,
  same: 12,
};
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

test.each([
  [total, 'The month comes to $3.20 more (+3.2 %): of 58 customers, 34 pay more, 12 pay less, 12 the same.'],
  [
    { ...total, customers: 1, change: '-1', relative: null, more: 0, less: 1, same: 0 },
    'The month comes to $1.00 less: of 1 customer, 1 pays less.',
  ],
  [
    { ...total, customers: 2, change: '0', more: 1, less: 1, same: 0 },
    'The sum stays the same: of 2 customers, 1 pays more, 1 pays less.',
  ],
  [{ ...total, change: '0', more: 0, less: 0, same: 58 }, 'Nothing changes for 58 customers.'],
])('another price in a sentence %#', (given, sentence) => {
  expect(plain(changeSentence(given))).toBe(sentence);
});

test('prices are called by what people know of them', () => {
  const price = {
    id: 'price_1',
    nickname: null,
    product: 'Compute',
    currency: 'usd',
    summary: 'Graduated, 3 tiers',
    isActive: true,
    items: 2,
    json: '{}',
  };
  expect(priceName({ ...price, nickname: 'List' })).toBe('List');
  expect([priceName(price), priceName({ ...price, product: null })]).toEqual(['Compute', 'price_1']);
  expect(priceSummary(price)).toBe('Graduated, 3 tiers, USD');
  expect(priceSummary({ ...price, summary: '0.5 USD per unit' })).toBe('0.5 USD per unit');
  expect(priceUse(price)).toBe('2 subscriptions');
  expect(priceUse({ ...price, items: 0, isActive: false })).toBe('no subscription, archived');
  expect(leftOutSentence({ reason: 'another currency', customers: 1 })).toBe(
    '1 customer is left out: another currency.',
  );
});
