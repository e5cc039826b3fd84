import { describe, expect, test } from 'vitest';
import { type Config, parseConfig } from '../../../main/config/config.ts';
import {
  canonicalJson,
  mappingFingerprint,
  seriesFingerprint,
  stripeFingerprint,
  usageFingerprint,
} from '../../../main/config/fingerprint.ts';

const FILE = `version: 1
name: W
clickhouse: { url: "http://127.0.0.1:8123", database: "\${DB}", password: "\${PW}" }
stripe: { apiKey: "\${KEY}" }
customers: { match: id }
meters:
  - key: m
    stripe: { eventName: e }
    usage:
      template: events
      table: t
      columns: { customer: c, at: a, value: v }
      scale: "0.5"
`;

const SQL = FILE.replace(
  /template: events[\s\S]*$/,
  `template: sql
      query: |
        SELECT a AS customer,
               b AS quantity
        FROM t
`,
);

const read = (text: string, env: Record<string, string> = {}): Config =>
  parseConfig(text, { fileName: 'tieout.yaml', env });

function fingerprints(config: Config): readonly string[] {
  const [meter] = config.meters;
  if (meter === undefined) throw new Error('no meter');
  return [
    usageFingerprint(meter.usage, config.clickhouse),
    stripeFingerprint(meter, config.stripe),
    mappingFingerprint(config.customers),
  ];
}

const base = fingerprints(read(FILE));

describe('what does not change them', () => {
  test.each([
    ['comments and white space', FILE.replaceAll('\n', '   # a comment\n').replace('usage:', 'usage:   ')],
    ['the order of keys', FILE.replace('customer: c, at: a, value: v', 'value: v, customer: c, at: a')],
    ['another way to write the same scale', FILE.replace('"0.5"', '1/2')],
    ['a default that is written out', FILE.replace('table: t', 'table: t\n      aggregate: sum\n      combine: sum')],
    ['another address of the same data', FILE.replace('127.0.0.1:8123', 'ch.example.com')],
    ['tolerances and names', FILE.replace('name: W', 'name: V\ntolerance: { relative: 0 }')],
  ])('%s', (_, text) => {
    expect(fingerprints(read(text))).toEqual(base);
  });

  test('the environment: offline work has none', () => {
    expect(fingerprints(read(FILE, { DB: 'billing', PW: 'x', KEY: 'rk_test_1' }))).toEqual(base);
  });

  test('spaces at the end of a line of a query', () => {
    expect(fingerprints(read(SQL.replaceAll('\n', '  \n')))).toEqual(fingerprints(read(SQL)));
  });
});

describe('what changes exactly one', () => {
  test.each([
    ['the scale', FILE.replace('"0.5"', '"0.25"'), 0],
    ['the table', FILE.replace('table: t', 'table: u'), 0],
    ['a column', FILE.replace('value: v', 'value: w'), 0],
    ['how hours combine', FILE.replace('table: t', 'table: t\n      combine: max'), 0],
    ['the database', FILE.replace(/database: [^,]+/, 'database: other'), 0],
    ['the event name', FILE.replace('eventName: e', 'eventName: f'), 1],
    ['test clocks', FILE.replace('stripe: { apiKey', 'stripe: { testClocks: true, apiKey'), 1],
    ['the match', FILE.replace('match: id', 'match: metadata.id'), 2],
  ])('%s', (_, text, changed) => {
    fingerprints(read(text)).forEach((fingerprint, index) => {
      expect(fingerprint !== base[index]).toBe(index === changed);
    });
  });
});

test('the links of a customers file count, their order does not', () => {
  const file = { by: 'file', file: 'a.csv' } as const;
  const one = { usageId: 'a', customerId: 'cus_1' };
  const two = { usageId: 'b', customerId: 'cus_2' };
  expect(mappingFingerprint(file, [one, two])).toBe(mappingFingerprint(file, [two, one]));
  expect(mappingFingerprint(file, [one, two])).not.toBe(mappingFingerprint(file, [one]));
});

test('a fingerprint is SHA-256 in hexadecimal, and stays what it was', () => {
  expect(base.every((fingerprint) => /^[0-9a-f]{64}$/.test(fingerprint))).toBe(true);
  expect(canonicalJson({ b: [1, { d: null, c: 'ü' }], a: true })).toBe('{"a":true,"b":[1,{"c":"ü","d":null}]}');
  expect(mappingFingerprint({ by: 'id' })).toMatchInlineSnapshot(
    `"66c33fe795c0e5b973bf29882a65bd2d9eb1881d6c8d6895d8cb5a5b3f95b7c9"`,
  );
});

test('what series mean is the same however they are counted, and another where other rows are read', () => {
  const of = (more: string, columns = 'customer: c, key: [k], at: a, visibility: v'): string | null => {
    const text = FILE.replace(
      /template: events[\s\S]*$/,
      `template: active_series\n      table: t\n      columns: { ${columns} }\n${more}`,
    );
    const { meters, clickhouse } = read(text);
    return meters[0] === undefined ? null : seriesFingerprint(meters[0].usage, clickhouse);
  };
  const kept = of('      keep: true\n');
  expect(kept).not.toBeNull();
  expect(of('      keep: true\n      end: inclusive\n      visibility: private\n')).toBe(kept);
  expect(of('      keep: true\n', 'customer: c, key: [k, v], at: a, visibility: v')).not.toBe(kept);
  expect(of('      end: inclusive\n')).toBeNull();
});
