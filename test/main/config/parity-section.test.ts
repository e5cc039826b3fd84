import { expect, test } from 'vitest';
import { type Config, parseConfig } from '../../../main/config/config.ts';
import { isTieoutError } from '../../../shared/errors.ts';
import { DEFAULT_PARITY } from '../../../shared/reconciliation/pipelines/parity-rules.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';

const USAGE = 'template: events, table: t, columns: { customer: c, at: a, value: v }';
const SAMPLES = 'template: interval_samples, table: t, columns: { customer: c, at: a, value: v, interval: s, id: i';

const read = (more: string, usage = USAGE): Config =>
  parseConfig(
    `version: 1
name: W
clickhouse: { url: "http://127.0.0.1:8123" }
stripe: { apiKey: sk_test_123 }
customers: { match: id }
meters: [ { key: m, stripe: { eventName: e }, usage: { ${usage} } } ]
${more}
`,
    { fileName: 'tieout.yaml', env: {} },
  );

function problemsOf(more: string): readonly string[] {
  try {
    read(more);
    return [];
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    return error.problems.map(({ code, path }) => `${code} ${path?.split(' ').at(-1)}`);
  }
}

test('what is left out has its default, and a pipeline changes what it names alone', () => {
  expect(read('').parity).toEqual(DEFAULT_PARITY);
  const { parity, pipelines } = read(`parity: { floor: 5000, soak: 48, only: { metadata: plan, values: [pro, team] } }
pipelines:
  edge: { parity: { tolerance: "0.005", material: 0.05, customers: 5, consecutive: 3, grace: 20m }, meters: { m: { ${USAGE} } } }`);
  const own = {
    ...DEFAULT_PARITY,
    floor: parseDecimal('5000'),
    requiredHours: 48,
    only: { metadata: 'plan', values: ['pro', 'team'] },
  };
  expect(parity).toEqual(own);
  expect(pipelines[0]?.parity).toEqual({
    ...own,
    tolerance: parseDecimal('0.005'),
    alertShare: parseDecimal('0.05'),
    minimumCustomers: 5,
    consecutive: 3,
    graceMs: 1_200_000,
  });
});

test.each([
  ['{ tolerance: 1.5 }', 'config.invalid_value parity.tolerance'],
  ['{ material: "2" }', 'config.invalid_value parity.material'],
  ['{ floor: "-1" }', 'config.invalid_value parity.floor'],
  ['{ soak: 0 }', 'config.invalid_value parity.soak'],
  ['{ consecutive: 1.5 }', 'config.invalid_value parity.consecutive'],
  ['{ grace: soon }', 'config.invalid_value parity.grace'],
  ['{ hours: 24 }', 'config.unknown_key parity.hours'],
  ['{ only: { metadata: plan } }', 'config.missing_key parity.only.values'],
])('parity: %s is refused', (section, problem) => {
  expect(problemsOf(`parity: ${section}`)).toEqual([problem]);
});

test('samples may name what they are of: one column or several', () => {
  const columnsOf = (more: string) => {
    const [meter] = read('', `${SAMPLES}${more} }`).meters;
    return meter?.usage.template === 'interval_samples' ? meter.usage.columns : null;
  };
  expect(columnsOf(', series: machine')).toMatchObject({ series: ['machine'] });
  expect(columnsOf(', series: [machine, run]')).toMatchObject({ series: ['machine', 'run'] });
  // A key that is not there: what was pulled before such samples were known still means the same.
  expect(Object.keys(columnsOf('') ?? {})).not.toContain('series');
});
