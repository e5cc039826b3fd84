import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Config, parseConfig } from '../../../main/config/config.ts';
import { clickhouseConnection, stripeConnection } from '../../../main/config/connection.ts';
import { TieoutError } from '../../../shared/errors.ts';
import { STRIPE_RATING } from '../../../shared/rating/options.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { formatFraction } from '../../../shared/values/fraction.ts';

const ENV = { CLICKHOUSE_PASSWORD: 'ch-secret-9', STRIPE_API_KEY: 'rk_test_secret9' };

const read = (text: string, env: Record<string, string | undefined> = ENV): Config =>
  parseConfig(text, { fileName: 'tieout.yaml', env });

function failure(text: string, env: Record<string, string | undefined> = ENV): TieoutError {
  try {
    read(text, env);
  } catch (error) {
    if (error instanceof TieoutError) return error;
    throw error;
  }
  throw new Error('The text was accepted');
}

const problemsOf = (text: string): string[] =>
  failure(text).problems.map(({ code, path, message }) => `${code} | ${path} | ${message}`);

/** The example of interfaces.md section 1. */
const EXAMPLE = `version: 1
name: Acme Cloud
clickhouse:
  url: https://ch.example.com:8443     # HTTP(S) interface
  database: billing
  username: tieout_ro
  password: \${CLICKHOUSE_PASSWORD}
stripe:
  apiKey: \${STRIPE_API_KEY}
  apiBase: https://api.stripe.com
  requestsPerSecond: 80
  testClocks: false
customers: { match: metadata.workspace_id }
tolerance: { relative: "0.001", absolute: "0", staleness: 2h }
rating: { rounding: half_up, roundAt: line }
close: { samePerson: false }
meters:
  - key: cpu_seconds
    stripe: { eventName: deploy_cpu_seconds }
    unit: CPU-seconds
    tolerance: { relative: "0.002" }
    usage:
      template: counter_checkpoints
      table: instance_checkpoints
      columns: { customer: workspace_id, series: [instance_id], at: ts, value: cpu_usage_usec }
      scale: "0.000001"
      maxGap: 2m
  - key: llm_tokens
    stripe: { eventName: llm_tokens }
    unit: tokens
    usage:
      template: sql
      query: |
        SELECT tenant AS customer, toStartOfHour(toTimeZone(at, 'UTC')) AS bucket, sum(qty) AS quantity
        FROM usage_events WHERE at >= {from:DateTime} AND at < {to:DateTime} GROUP BY customer, bucket
  - key: active_series
    stripe: { eventName: active_series }
    unit: series
    usage: { template: active_series, table: reports, columns: { customer: organization_id, key: [testbed, benchmark, measure], at: end_time } }
pipelines:
  edge: { meters: { cpu_seconds: { template: interval_samples, table: usage_samples, columns: { customer: org, at: at, value: mb, interval: s, id: id } } } }
`;

/** A file with one meter whose `usage` is given. */
const withUsage = (usage: string): string => `version: 1
name: W
clickhouse: { url: "http://127.0.0.1:8123" }
stripe: { apiKey: sk_test_123 }
customers: { match: id }
meters:
  - key: m
    stripe: { eventName: e }
    unit: u
    usage: ${usage}
`;

const EVENTS = 'template: events, table: t, columns: { customer: c, at: a, value: v }';

describe('active series', () => {
  const columns = 'customer: c, key: [a, b], at: t';

  test('what is not said leaves no trace, so that it changes no fingerprint', () => {
    const [meter] = read(
      withUsage(`{ template: active_series, table: r, columns: { ${columns} }, keep: false, visibility: all }`),
    ).meters;
    expect(meter?.usage).toEqual({
      template: 'active_series',
      table: 'r',
      columns: { customer: 'c', key: ['a', 'b'], at: 't', lastSeen: null },
      end: 'exclusive',
      filter: null,
      scale: { numerator: 1n, denominator: 1n },
      combine: 'sum',
    });
  });

  test('visibility, marks of deletion, and that series are kept', () => {
    const [meter] = read(
      withUsage(
        `{ template: active_series, table: r, columns: { ${columns}, visibility: v, deleted: d }, visibility: private, keep: true }`,
      ),
    ).meters;
    expect(meter?.usage).toMatchObject({
      columns: { visibility: 'v', deleted: 'd' },
      visibility: 'private',
      keep: true,
    });
  });

  test('private needs the column that says so', () => {
    expect(
      failure(withUsage(`{ template: active_series, table: r, columns: { ${columns} }, visibility: private }`)),
    ).toMatchObject({
      code: 'config.missing_key',
    });
  });
});

describe('the example of the interface document', () => {
  test('is read with every value', () => {
    const config = read(EXAMPLE);
    expect(config.name).toBe('Acme Cloud');
    expect(config.customers).toEqual({ by: 'metadata', key: 'workspace_id' });
    expect(config.meters.map((meter) => [meter.key, meter.stripe, meter.unit])).toEqual([
      ['cpu_seconds', { eventName: 'deploy_cpu_seconds' }, 'CPU-seconds'],
      ['llm_tokens', { eventName: 'llm_tokens' }, 'tokens'],
      ['active_series', { eventName: 'active_series' }, 'series'],
    ]);
    const [cpu, tokens, series] = config.meters;
    expect(cpu?.usage).toEqual({
      template: 'counter_checkpoints',
      table: 'instance_checkpoints',
      columns: {
        customer: 'workspace_id',
        series: ['instance_id'],
        at: 'ts',
        value: 'cpu_usage_usec',
        tiebreak: null,
        trusted: null,
      },
      maxGapMs: 120_000,
      isGauge: false,
      isFinal: true,
      filter: null,
      scale: { numerator: 1n, denominator: 1_000_000n },
      combine: 'sum',
    });
    expect(formatDecimal(cpu?.tolerance.relative ?? { coefficient: 0n, scale: 0 })).toBe('0.002');
    expect(cpu?.tolerance.stalenessMs).toBe(7_200_000);
    expect(tokens?.usage.template === 'sql' && tokens.usage.query).toContain('{to:DateTime} GROUP BY');
    expect(series?.usage).toMatchObject({ end: 'exclusive', columns: { at: 'end_time', lastSeen: null } });
    expect(config.pipelines[0]).toMatchObject({ key: 'edge', meters: [{ key: 'cpu_seconds' }] });
    expect(config.pipelines[0]?.meters[0]?.usage).toMatchObject({ bucketMs: 3_600_000, graceMs: 600_000 });
    expect(config.unset).toEqual([]);
    expect(config.warnings).toEqual([]);
  });

  test('gives connections with the values of the environment', () => {
    const config = read(EXAMPLE);
    const clickhouse = clickhouseConnection(config.clickhouse, '/w');
    expect(clickhouse.kind === 'server' && clickhouse.password.reveal()).toBe('ch-secret-9');
    expect(stripeConnection(config.stripe)).toMatchObject({ apiBase: 'https://api.stripe.com', requestsPerSecond: 80 });
  });
});

test('defaults are those of the interface document', () => {
  const config = read(withUsage(`{ ${EVENTS} }`));
  expect(config.tolerance.stalenessMs).toBe(7_200_000);
  expect(formatDecimal(config.tolerance.relative)).toBe('0.001');
  expect(formatDecimal(config.tolerance.absolute)).toBe('0');
  expect(config.rating).toEqual(STRIPE_RATING);
  expect(config.close).toEqual({ samePerson: false, maxAgeMs: null });
  expect(config.meters[0]?.usage).toMatchObject({ aggregate: 'sum', combine: 'sum', scale: { numerator: 1n } });
  expect(clickhouseConnection(config.clickhouse, '/w')).toMatchObject({ database: 'default', username: 'default' });
  expect(stripeConnection(config.stripe)).toMatchObject({
    apiBase: 'https://api.stripe.com',
    requestsPerSecond: 20,
    testClocks: false,
  });
  expect(config.pipelines).toEqual([]);
});

describe('secrets', () => {
  test('a variable that is not set stops only who needs it', () => {
    const config = read(EXAMPLE, {});
    expect(config.unset.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'tieout.yaml:7:13 clickhouse.password: The environment variable CLICKHOUSE_PASSWORD is not set.',
      'tieout.yaml:9:11 stripe.apiKey: The environment variable STRIPE_API_KEY is not set.',
    ]);
    expect(() => stripeConnection(config.stripe)).toThrow('STRIPE_API_KEY is not set');
    expect(() => clickhouseConnection(config.clickhouse, '/w')).toThrow('CLICKHOUSE_PASSWORD is not set');
  });

  test('no way of printing a configuration shows one', () => {
    const config = read(EXAMPLE);
    const replacer = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
    for (const shown of [
      inspect(config, { depth: 20, showHidden: true }),
      JSON.stringify(config, replacer),
      `${config.stripe.apiKey}`,
    ]) {
      expect(shown).not.toContain('secret9');
      expect(shown).not.toContain('ch-secret-9');
    }
    expect(config.stripe.apiKey.reveal()).toBe('rk_test_secret9');
  });

  test('a literal test key or password works and is warned of', () => {
    const config = read(withUsage(`{ ${EVENTS} }`).replace('8123" }', '8123", password: "literal-pw" }'));
    expect(config.warnings.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'config.secret_in_file tieout.yaml:3:55 clickhouse.password',
      'config.secret_in_file tieout.yaml:4:19 stripe.apiKey',
    ]);
    expect(JSON.stringify(config.warnings)).not.toMatch(/literal-pw|sk_test_123/);
    expect(stripeConnection(config.stripe).apiKey.reveal()).toBe('sk_test_123');
  });

  test('an empty literal password is not worth a warning', () => {
    const config = read(withUsage(`{ ${EVENTS} }`).replace('8123" }', '8123", password: "" }'));
    expect(config.warnings.map((warning) => warning.path)).toEqual(['tieout.yaml:4:19 stripe.apiKey']);
    const connection = clickhouseConnection(config.clickhouse, '/w');
    expect(connection.kind === 'server' && connection.password.reveal()).toBe('');
  });

  test.each(['sk_live_abc', 'rk_live_abc'])('a live key in the file is refused and not repeated: %s', (key) => {
    const error = failure(withUsage(`{ ${EVENTS} }`).replace('sk_test_123', key));
    expect(error.code).toBe('config.secret_in_file');
    expect(JSON.stringify(error.problems) + error.message).not.toContain(key);
  });

  test('credentials in the address are refused and not repeated', () => {
    const error = failure(withUsage(`{ ${EVENTS} }`).replace('http://127', 'http://me:hunter2@127'));
    expect(error.code).toBe('config.secret_in_file');
    expect(JSON.stringify(error.problems) + error.message).not.toContain('hunter2');
  });

  test('an empty key is as good as none', () => {
    const config = read(EXAMPLE, { ...ENV, STRIPE_API_KEY: ' ' });
    expect(() => stripeConnection(config.stripe)).toThrow('The Stripe key is empty');
  });

  test('a line end after a secret is cut off', () => {
    expect(read(EXAMPLE, { ...ENV, STRIPE_API_KEY: 'rk_test_x\n' }).stripe.apiKey.reveal()).toBe('rk_test_x');
  });

  test.each([
    ['tolerance', `tolerance: { relative: "\${STRIPE_API_KEY}", staleness: "\${STRIPE_API_KEY}" }`],
    ['rounding', `rating: { rounding: "\${STRIPE_API_KEY}" }`],
    ['rate', `stripe: { apiKey: x, requestsPerSecond: "\${STRIPE_API_KEY}", apiBase: "\${STRIPE_API_KEY}" }`],
    ['customers', `customers: { match: "\${STRIPE_API_KEY}" }`],
    ['clickhouse', `clickhouse: { url: "\${STRIPE_API_KEY}" }`],
    ['meters', `meters: [{ key: "a \${STRIPE_API_KEY}", usage: { template: "\${STRIPE_API_KEY}" } }]`],
    ['columns', `meters: [{ key: a, usage: { template: events, table: "a \${STRIPE_API_KEY}" } }]`],
    ['a literal in the wrong place', 'tolerance: { relative: rk_test_secret9 }'],
    ['a password that looks like a tag', 'clickhouse: { password: !secret9 x }'],
    ['a broken quote', 'clickhouse: { password: "x"secret9" }'],
  ])('no problem repeats the value of a variable or a key: %s', (_, text) => {
    const { message, problems } = failure(`version: 1\n${text}\n`);
    expect(JSON.stringify([message, problems])).not.toContain('secret9');
  });

  test('references stand anywhere in a text, and a doubled dollar is the text itself', () => {
    const text = withUsage(`{ ${EVENTS} }`)
      .replace('name: W', () => `name: "\${A} of $\${B}"`)
      .replace('table: t', `table: "\${T}_v2"`);
    const config = read(text, { A: 'Acme', T: 'usage' });
    expect(config.name).toBe(`Acme of \${B}`);
    expect(config.meters[0]?.usage).toMatchObject({ table: 'usage_v2' });
  });

  test('a reference that the file itself needs must be set', () => {
    const error = failure(withUsage(`{ ${EVENTS} }`).replace('table: t', `table: "\${T}"`), {});
    expect(error.code).toBe('config.env_not_set');
    expect(error.message).toContain('T is not set');
  });
});

describe('numbers are exact', () => {
  test.each([
    ['0.000001', '1/1000000'],
    ['1e-6', '1/1000000'],
    ['0.1', '1/10'],
    ['0.1000000000000000055511151231257827', '1000000000000000055511151231257827/10000000000000000000000000000000000'],
    ['"1/3600"', '1/3600'],
    ['1/1073741824000', '1/1073741824000'],
    ['123456789012345678901', '123456789012345678901'],
    ['" 2 / 4 "', '1/2'],
  ])('scale: %s', (written, expected) => {
    const usage = read(withUsage(`{ ${EVENTS}, scale: ${written} }`)).meters[0]?.usage;
    expect(usage === undefined ? '' : formatFraction(usage.scale)).toBe(expected);
  });

  test.each(['0', '-1', '"1/0"', 'abc', '0x10', '.inf', '1_000', 'true', '[1]'])('scale: %s is refused', (written) => {
    const [problem] = failure(withUsage(`{ ${EVENTS}, scale: ${written} }`)).problems;
    expect(problem).toMatchObject({ code: 'config.invalid_value' });
    expect(problem?.path).toMatch(/^tieout\.yaml:10:\d+ meters\[0\]\.usage\.scale$/);
  });
});

describe('problems', () => {
  test('are reported all at once, each with its place, in the order of the file', () => {
    expect(
      problemsOf(`version: 2
clickhuose: {}
stripe:
  apiKey: sk_test_1
  requestsPerSecond: fast
customers: { match: metadta.x }
tolerance: { relative: ten, stalenes: 2h }
rating: { rounding: half_upp, trialUsage: gratis, taxRoundings: line }
meters:
  - key: a
    stripe: { eventName: e }
    usage: { template: evnts }
  - key: a
    stripe: { eventName: e, id: mtr_1 }
    usage:
      template: counter_checkpoints
      table: "a; DROP TABLE b"
      columns: { customer: c, series: [], at: a }
      maxGap: 2 minutes
`),
    ).toEqual([
      'config.missing_key | tieout.yaml:1:1 clickhouse | "clickhouse" is missing.',
      'config.invalid_value | tieout.yaml:1:10 version | Version 2 of tieout.yaml is not known to this version of Tieout.',
      'config.unknown_key | tieout.yaml:2:1 clickhuose | "clickhuose" is not a key that Tieout knows here. Did you mean "clickhouse"?',
      'config.invalid_value | tieout.yaml:5:22 stripe.requestsPerSecond | "fast" is not a whole number from 1 to 100000.',
      'config.invalid_value | tieout.yaml:6:21 customers.match | "metadta.x" is not a way to match customers.',
      'config.invalid_value | tieout.yaml:7:24 tolerance.relative | "ten" is not a decimal number.',
      'config.unknown_key | tieout.yaml:7:29 tolerance.stalenes | "stalenes" is not a key that Tieout knows here. Did you mean "staleness"?',
      'config.invalid_value | tieout.yaml:8:21 rating.rounding | "half_upp" is not one of half_up, half_even, up, down. Did you mean "half_up"?',
      'config.invalid_value | tieout.yaml:8:43 rating.trialUsage | "gratis" is not one of free, charged.',
      'config.unknown_key | tieout.yaml:8:51 rating.taxRoundings | "taxRoundings" is not a key that Tieout knows here. Did you mean "taxRounding"?',
      'config.invalid_value | tieout.yaml:12:24 meters[0].usage.template | "evnts" is not one of counter_checkpoints, interval_samples, events, active_series, sql. Did you mean "events"?',
      'config.duplicate | tieout.yaml:13:10 meters[1].key | The meter key "a" is used twice, first at tieout.yaml:10:10 meters[0].key.',
      'config.invalid_value | tieout.yaml:14:13 meters[1].stripe | "meters[1].stripe" needs exactly one of "eventName" and "id".',
      `config.invalid_value | tieout.yaml:17:14 meters[1].usage.table | "a; DROP TABLE b" is not a table name, such as events or billing.events.`,
      'config.missing_key | tieout.yaml:18:16 meters[1].usage.columns.value | "meters[1].usage.columns.value" is missing.',
      'config.invalid_value | tieout.yaml:18:39 meters[1].usage.columns.series | "meters[1].usage.columns.series" needs at least one entry.',
      'config.invalid_value | tieout.yaml:19:15 meters[1].usage.maxGap | "2 minutes" is not a duration.',
    ]);
  });

  test('carry the code of the first, and every remedy', () => {
    const error = failure(withUsage('{ template: sql, query: "SELECT 1", colums: {} }'));
    expect(error).toMatchObject({ code: 'config.unknown_key', path: 'tieout.yaml:10:48 meters[0].usage.colums' });
    expect(error.remedy).toBe('Known keys: template, query, scale, combine.');
  });

  test.each([
    ['name: "unclosed', 'config.syntax'],
    ['a: 1\n b: 2\n', 'config.syntax'],
    ['a: [1, 2\nb: 3', 'config.syntax'],
    ['version: 1\n---\nversion: 1\n', 'config.syntax'],
    ['version: 1\nname: a\nname: b\n', 'config.duplicate'],
    ['version: !!js/function x', 'config.syntax'],
    ['', 'config.invalid_value'],
    ['- 1', 'config.invalid_value'],
    ['just text', 'config.invalid_value'],
  ])('%j is refused with a place', (text, code) => {
    const error = failure(text);
    expect(error.problems.map((problem) => problem.code)).toContain(code);
    expect(error.problems[0]?.path).toMatch(/^tieout\.yaml:\d+:\d+/);
  });

  test('a reference without quotes in a flow mapping is one problem with the right remedy', () => {
    const { problems } = failure(withUsage(`{ ${EVENTS} }`).replace('sk_test_123', () => `\${KEY}`));
    expect(problems.map((problem) => problem.path)).toEqual(['tieout.yaml:4:20']);
    expect(problems[0]?.remedy).toBe(`Inside { … } a reference must stand between quotes: "\${NAME}".`);
  });

  test('a repeated key is found together with everything else', () => {
    expect(problemsOf(`${withUsage('{ template: sql, query: q, query: r, foo: 1 }')}name: again\n`)).toEqual([
      'config.duplicate | tieout.yaml:10:39 | This key stands twice in the same mapping.',
      expect.stringContaining('config.unknown_key | tieout.yaml:10:49 meters[0].usage.foo'),
      'config.duplicate | tieout.yaml:11:1 | This key stands twice in the same mapping.',
    ]);
  });

  test.each([
    ['{ template: events, table: t, columns: { customer: c, at: a } }', 'columns.value'],
    ['{ template: events, table: t, aggregate: distinct, columns: { customer: c, at: a } }', 'columns.key'],
    ['{ template: counter_checkpoints, table: t, columns: { customer: c, at: a, value: v } }', 'columns.series'],
    ['{ template: interval_samples, table: t, columns: { customer: c, at: a, value: v, id: i } }', 'columns.interval'],
    ['{ template: active_series, table: t, columns: { customer: c, key: k } }', 'columns'],
    ['{ template: active_series, table: t, columns: { customer: c, key: k, at: a, lastSeen: l } }', 'columns'],
    ['{ template: sql }', 'query'],
    ['{ table: t }', 'template'],
    ['{ template: events, columns: { customer: c, at: a, value: v } }', 'table'],
    [`{ ${EVENTS}, combine: average }`, 'combine'],
    [
      '{ template: counter_checkpoints, table: t, columns: { customer: c, series: s, at: a, value: v }, combine: max }',
      'combine',
    ],
    [
      '{ template: counter_checkpoints, table: t, columns: { customer: c, series: s, at: a, value: v }, gauge: yes }',
      'gauge',
    ],
    [
      '{ template: counter_checkpoints, table: t, columns: { customer: c, series: s, at: a, value: v }, maxGap: 0s }',
      'maxGap',
    ],
    [
      '{ template: counter_checkpoints, table: t, columns: { customer: c, series: [s, s], at: a, value: v } }',
      'columns.series',
    ],
    [`{ template: sql, query: "SELECT \${SECRET}" }`, 'query'],
    [`{ ${EVENTS}, filter: { a: 1, b: 2 } }`, 'filter'],
    ['{ template: events, table: t, columns: { customer: "c`c", at: a, value: v } }', 'columns.customer'],
  ])('usage: %s', (usage, place) => {
    const error = failure(withUsage(usage));
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]?.path?.split(' ')[1]).toBe(`meters[0].usage.${place}`);
  });

  test.each(['"stripe:e"', '" m"', '"a/b"', '""'])('%s is no meter key', (key) => {
    const text = withUsage(`{ ${EVENTS} }`).replace('key: m', `key: ${key}`);
    expect(problemsOf(text).every((problem) => problem.includes('meters[0].key'))).toBe(true);
    expect(problemsOf(text)).toHaveLength(1);
  });

  test('two meters cannot share an event name', () => {
    const text = `${withUsage(`{ ${EVENTS} }`)}  - { key: n, stripe: { eventName: e }, usage: { ${EVENTS} } }\n`;
    expect(problemsOf(text)).toEqual([
      'config.duplicate | tieout.yaml:11:36 meters[1].stripe.eventName | The event name "e" is used twice, first at tieout.yaml:8:26 meters[0].stripe.eventName.',
    ]);
  });

  test('a pipeline names meters of the workspace', () => {
    const text = `${withUsage(`{ ${EVENTS} }`)}pipelines: { edge: { meters: { mm: { ${EVENTS} } } } }\n`;
    expect(problemsOf(text)).toEqual([
      expect.stringContaining('unknown_key | tieout.yaml:11:32 pipelines.edge.meters.mm'),
    ]);
  });

  test.each([
    ['{}', 'config.missing_key'],
    ['{ url: "http://a", embedded: ./b }', 'config.invalid_value'],
    ['{ embedded: ./b, password: x }', 'config.invalid_value'],
    ['{ url: "ftp://a" }', 'config.invalid_value'],
    ['{ url: "http://a/?user=x" }', 'config.invalid_value'],
    ['{ url: nonsense }', 'config.invalid_value'],
  ])('clickhouse: %s', (clickhouse, code) => {
    expect(failure(withUsage(`{ ${EVENTS} }`).replace('{ url: "http://127.0.0.1:8123" }', clickhouse)).code).toBe(code);
  });
});

describe('other forms', () => {
  test('an embedded folder is relative to the workspace', () => {
    const config = read(
      withUsage(`{ ${EVENTS} }`).replace('{ url: "http://127.0.0.1:8123" }', '{ embedded: ./usage }'),
    );
    expect(clickhouseConnection(config.clickhouse, '/w')).toEqual({
      kind: 'embedded',
      folder: '/w/usage',
      database: 'default',
    });
  });

  test.each([
    ['{ match: id }', { by: 'id' }],
    ['{ match: email }', { by: 'email' }],
    ['{ match: metadata.a.b }', { by: 'metadata', key: 'a.b' }],
    ['{ file: customers.csv }', { by: 'file', file: 'customers.csv' }],
  ])('customers: %s', (written, expected) => {
    expect(read(withUsage(`{ ${EVENTS} }`).replace('{ match: id }', written)).customers).toEqual(expected);
  });

  test.each([
    ['last', 'last'],
    ['max', 'max'],
    ['sum', 'sum'],
  ])('the hours of aggregate %s combine by %s', (aggregate, combine) => {
    expect(read(withUsage(`{ ${EVENTS}, aggregate: ${aggregate} }`)).meters[0]?.usage.combine).toBe(combine);
  });

  test('distinct needs a key and no value, count neither', () => {
    const distinct = read(
      withUsage('{ template: events, table: t, aggregate: distinct, columns: { customer: c, at: a, key: k } }'),
    );
    expect(distinct.meters[0]?.usage).toMatchObject({ columns: { value: null, key: 'k' }, combine: 'sum' });
    const count = read(withUsage('{ template: events, table: t, aggregate: count, columns: { customer: c, at: a } }'));
    expect(count.meters[0]?.usage).toMatchObject({ columns: { value: null, key: null } });
  });

  test.each([
    ['{ column: status, values: [done, 1, true] }', { column: 'status', values: ['done', '1', 'true'] }],
    ['{ status: done }', { column: 'status', values: ['done'] }],
    ['{ status: [a, b] }', { column: 'status', values: ['a', 'b'] }],
  ])('filter: %s', (written, expected) => {
    expect(read(withUsage(`{ ${EVENTS}, filter: ${written} }`)).meters[0]?.usage).toMatchObject({ filter: expected });
  });

  test('anchors and aliases are followed', () => {
    const text = withUsage('&u { template: events, table: t, columns: { customer: c, at: a, value: v } }');
    const config = read(`${text}  - { key: n, stripe: { id: mtr_1 }, usage: *u }\n`);
    expect(config.meters[1]?.usage).toEqual(config.meters[0]?.usage);
  });

  test('what data may be like: shares, off, and what follows from one bound alone', () => {
    const { quality } = read(
      `${withUsage(`{ ${EVENTS} }`)}quality: { gaps: { warning: "0.2" }, duplicates: { failed: "0.001" }, negative: off, unmapped: { warning: 0, failed: 1 }, clockSkew: 5m }\n`,
    );
    const shares = Object.entries(quality.checks).map(([check, bounds]) => [
      check,
      bounds === null ? null : [formatDecimal(bounds.warning), formatDecimal(bounds.failed)],
    ]);
    expect(Object.fromEntries(shares)).toEqual({
      expired: ['0', '0'],
      unmapped: ['0', '1'],
      negative: null,
      future: ['0', '0.001'],
      regressions: ['0', '0.001'],
      gaps: ['0.2', '0.2'],
      duplicates: ['0.001', '0.001'],
      valueless: ['0', '0.001'],
    });
    expect(quality.clockSkewMs).toBe(300_000);
    expect(
      problemsOf(
        `${withUsage(`{ ${EVENTS} }`)}quality: { gapps: off, gaps: on, future: { warning: 2 }, negative: { warning: "0.2", failed: "0.1" } }\n`,
      ),
    ).toEqual([
      'config.unknown_key | tieout.yaml:11:12 quality.gapps | "gapps" is not a key that Tieout knows here. Did you mean "gaps"?',
      'config.invalid_value | tieout.yaml:11:30 quality.gaps | "quality.gaps" is text where a mapping of keys is expected.',
      'config.invalid_value | tieout.yaml:11:53 quality.future.warning | "2" is above 1, and "warning" is a share.',
      'config.invalid_value | tieout.yaml:11:68 quality.negative | "quality.negative" would fail before it warns.',
    ]);
  });

  test('a relative tolerance above 1 works and is warned of', () => {
    const config = read(`${withUsage(`{ ${EVENTS} }`)}tolerance: { relative: 2 }\n`);
    expect(config.warnings.map((warning) => warning.path)).toContain('tieout.yaml:11:24 tolerance.relative');
  });

  test('whatever is mangled, the answer is a configuration or a TieoutError with places', () => {
    const lines = EXAMPLE.split('\n');
    const edit = fc.record({
      line: fc.nat(lines.length - 1),
      at: fc.nat(60),
      remove: fc.nat(8),
      insert: fc.oneof(
        fc.constantFrom(...'{}[]:,-#&*!|>\'"% \t\n$', `\${X}`, '- ', 'null', '1e999'),
        fc.string({ maxLength: 4 }),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const mangled = [...lines];
        for (const { line, at, remove, insert } of edits) {
          const before = mangled[line] ?? '';
          mangled[line] = `${before.slice(0, at)}${insert}${before.slice(at + remove)}`;
        }
        try {
          expect(read(mangled.join('\n')).version).toBe(1);
        } catch (error) {
          if (!(error instanceof TieoutError)) throw error;
          expect(error.problems.length).toBeGreaterThan(0);
          for (const { path } of error.problems) expect(path).toMatch(/^tieout\.yaml:\d+:\d+/);
        }
      }),
      { seed: 20_260_501, numRuns: 1_500 },
    );
  });

  test('a byte order mark and CRLF are no obstacle', () => {
    expect(read(`\uFEFF${EXAMPLE.replaceAll('\n', '\r\n')}`).meters).toHaveLength(3);
  });
});
