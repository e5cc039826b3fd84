import { expect, test } from 'vitest';
import { parseShare } from '../../../main/config/compare-section.ts';
import { parseConfig } from '../../../main/config/config.ts';
import { isTieoutError } from '../../../shared/errors.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';

const read = (section: string) =>
  parseConfig(
    `version: 1
name: W
clickhouse: { url: "http://127.0.0.1:8123" }
stripe: { apiKey: sk_test_123 }
customers: { match: id }
meters: []
${section}`,
    { fileName: 'tieout.yaml', env: {} },
  ).compare;

test.each([
  ['', '100', '0.05'],
  ['compare: { minAmount: "250.50" }', '250.5', '0.05'],
  ['compare: { minRelative: 12.5% }', '100', '0.125'],
  ['compare: { minAmount: 0, minRelative: "0.001" }', '0', '0.001'],
])('%s: material from %s and %s on', (section, amount, share) => {
  const { minAmount, minRelative } = read(section);
  expect([formatDecimal(minAmount), formatDecimal(minRelative)].map((text) => text.replace(/\.0+$/, ''))).toEqual([
    amount,
    share,
  ]);
});

test('what does not fit is reported, all of it at once, where it stands', () => {
  try {
    read('compare: { minAmuont: 5, minAmount: "-1", minRelative: a lot }\n');
    expect.unreachable();
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    expect(error.problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'config.unknown_key tieout.yaml:7:12 compare.minAmuont',
      'config.invalid_value tieout.yaml:7:37 compare.minAmount',
      'config.invalid_value tieout.yaml:7:56 compare.minRelative',
    ]);
  }
});

test.each([
  ['5%', '0.05'],
  ['0.05', '0.05'],
  [' 100 % ', '1'],
  ['-5%', null],
  ['%', null],
  ['much', null],
])('the share "%s" is %s', (text, expected) => {
  const share = parseShare(text);
  expect(share === null ? null : formatDecimal(share)).toBe(expected);
});
