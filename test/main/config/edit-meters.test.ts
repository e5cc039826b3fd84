import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../main/config/config.ts';
import { meterText, readDrafts, withMeter } from '../../../main/config/edit-meters.ts';
import { entriesOf, NO_DRAFT } from '../../../main/config/meter-draft.ts';
import type { MeterDraft } from '../../../shared/contract/meter-schemas.ts';

const FILE = `# What we tie out.
version: 1
name: "Acme"   # as on the invoices
clickhouse: { embedded: ./usage }
stripe: { apiKey: "\${KEY}" }
customers: { match: id }

# One entry per meter.
meters:
  # Compute, billed by the second.
  - key: cpu_seconds        # not to be renamed
    stripe: { eventName: deploy_cpu_seconds }
    unit: CPU-seconds
    usage:
      template: counter_checkpoints
      table: checkpoints
      columns: { customer: ws, series: [instance], at: ts, value: cpu }
      # microseconds to seconds
      scale: "0.000001"     # exact
      maxGap: 2m
  - key: tokens
    stripe: { id: mtr_tokens }
    unit: tokens
    tolerance: { relative: "0.01" }
    usage:
      template: sql
      query: |
        SELECT tenant AS customer, sum(qty) AS quantity
        FROM llm -- all of it
        WHERE at >= {from:DateTime} AND at < {to:DateTime}
        GROUP BY tenant
      # scale: "1/1000"
  # - key: to_come
rating: { rounding: half_up }   # as proven
`;

const draftAt = (text: string, index: number): MeterDraft => {
  const draft = readDrafts(text)[index];
  if (draft === undefined) throw new Error(`no meter ${index}`);
  return draft;
};
const cpu = draftAt(FILE, 0);
const tokens = draftAt(FILE, 1);
const read = (text: string) => parseConfig(text, { fileName: 'tieout.yaml', env: { KEY: 'k' } });
const changedLines = (text: string): readonly string[] => {
  const before = FILE.split('\n');
  return text.split('\n').filter((line) => !before.includes(line));
};

test('a meter is read as a form shows it', () => {
  expect(cpu).toMatchObject({
    key: 'cpu_seconds',
    stripe: { by: 'eventName', value: 'deploy_cpu_seconds' },
    usage: { scale: '0.000001', maxGap: '2m', final: true, columns: { series: ['instance'], value: ['cpu'] } },
  });
  expect(tokens.stripe).toEqual({ by: 'id', value: 'mtr_tokens' });
  expect(tokens.usage.query.split('\n')).toHaveLength(4);
});

test('a draft that says what the file says changes no byte', () => {
  expect(withMeter(FILE, 0, cpu)).toBe(FILE);
  expect(withMeter(FILE, 1, tokens)).toBe(FILE);
  const crlf = `\uFEFF${FILE.replaceAll('\n', '\r\n')}`;
  expect(withMeter(crlf, 1, draftAt(crlf, 1))).toBe(crlf);
});

describe('only what changes is written', () => {
  test.each<[string, (draft: MeterDraft) => MeterDraft, readonly string[]]>([
    [
      'a value, its comment kept',
      (d) => ({ ...d, usage: { ...d.usage, scale: '1/1000000' } }),
      ['      scale: "1/1000000"     # exact'],
    ],
    ['the key', (d) => ({ ...d, key: 'cpu' }), ['  - key: cpu        # not to be renamed']],
    [
      'a column more',
      (d) => ({ ...d, usage: { ...d.usage, columns: { ...d.usage.columns, tiebreak: ['kind'] } } }),
      ['      columns: { customer: ws, series: [instance], at: ts, value: cpu, tiebreak: kind }'],
    ],
    [
      'another series',
      (d) => ({ ...d, usage: { ...d.usage, columns: { ...d.usage.columns, series: ['pod', 'restart'] } } }),
      ['      columns: { customer: ws, series: [pod, restart], at: ts, value: cpu }'],
    ],
    ['a key more, in its place', (d) => ({ ...d, usage: { ...d.usage, gauge: true } }), ['      gauge: true']],
    [
      'a mapping more',
      (d) => ({ ...d, tolerance: { relative: '0.002', absolute: '', staleness: '3h' } }),
      ['    tolerance: { relative: "0.002", staleness: 3h }'],
    ],
    ['a key less', (d) => ({ ...d, usage: { ...d.usage, maxGap: '' } }), []],
    ['text that needs quotes', (d) => ({ ...d, unit: 'GiB: "h" # or' }), ['    unit: "GiB: \\"h\\" # or"']],
    [
      'the other way to name the Stripe meter',
      (d) => ({ ...d, stripe: { by: 'id', value: 'mtr_1' } }),
      ['    stripe: { id: mtr_1 }'],
    ],
    [
      'a filter',
      (d) => ({ ...d, usage: { ...d.usage, filter: { column: 'kind', values: ['ok', 'true'] } } }),
      ['      filter: { column: kind, values: [ok, "true"] }'],
    ],
  ])('%s', (_name, change, lines) => {
    const edited = withMeter(FILE, 0, change(cpu));
    expect(changedLines(edited)).toEqual(lines);
    expect(entriesOf(draftAt(edited, 0))).toEqual(entriesOf(change(cpu)));
    expect(draftAt(edited, 1)).toEqual(tokens);
  });

  test('a query of several lines', () => {
    const edited = withMeter(FILE, 1, { ...tokens, usage: { ...tokens.usage, query: ' SELECT 1\n\n   AS customer' } });
    expect(edited).toContain('query: |2\n         SELECT 1\n\n           AS customer\n      # scale: "1/1000"\n');
    expect(withMeter(FILE, 1, { ...tokens, usage: { ...tokens.usage, query: 'SELECT 1' } })).toContain(
      '      query: "SELECT 1"\n',
    );
  });

  test('another template takes its own settings and leaves the others', () => {
    const usage = {
      ...NO_DRAFT.usage,
      template: 'events' as const,
      table: 'e',
      columns: { customer: ['c'], at: ['t'] },
      aggregate: 'count',
    };
    const edited = withMeter(FILE, 0, { ...cpu, usage });
    expect(read(edited).meters[0]?.usage).toMatchObject({ template: 'events', aggregate: 'count' });
    expect(edited).toContain('# not to be renamed');
    expect(edited).not.toContain('maxGap');
  });
});

test('a meter more stands behind the others, its comments and theirs where they were', () => {
  const draft: MeterDraft = {
    ...NO_DRAFT,
    key: 'calls',
    unit: 'calls',
    stripe: { by: 'eventName', value: 'calls' },
    usage: { ...NO_DRAFT.usage, table: 'events', columns: { customer: ['c'], at: ['t'], value: ['v'], id: [''] } },
  };
  const edited = withMeter(FILE, null, draft);
  const added = `  - key: calls
    stripe: { eventName: calls }
    unit: calls
    usage:
      template: events
      table: events
      columns: { customer: c, at: t, value: v }
`;
  expect(edited).toBe(FILE.replace('      # scale: "1/1000"', `${added}      # scale: "1/1000"`));
  expect(read(edited).meters.map(({ key }) => key)).toEqual(['cpu_seconds', 'tokens', 'calls']);
  expect(meterText(draft).split('\n')[0]).toBe('key: calls');
});

test('a meter less leaves every other line', () => {
  const edited = withMeter(FILE, 0, null);
  expect(changedLines(edited)).toEqual([]);
  expect(read(edited).meters.map(({ key }) => key)).toEqual(['tokens']);
  expect(withMeter(edited, 0, null)).toContain('meters: []\n');
  const again = withMeter(withMeter(edited, 0, null), null, tokens);
  expect(draftAt(again, 0)).toEqual(tokens);
});

test.each([
  ['on one line', 'meters: [{ key: a, stripe: { eventName: a }, usage: { template: sql, query: q } }] # all\n'],
  [
    'in JSON',
    '{ "meters": [\n { "key": "a", "stripe": { "eventName": "a" }, "usage": { "template": "sql", "query": "q" } }\n] }\n',
  ],
])('a list %s is changed too', (_name, text) => {
  const changed = withMeter(text, 0, { ...draftAt(text, 0), unit: 'units' });
  expect(draftAt(changed, 0).unit).toBe('units');
  const longer = withMeter(text, null, tokens);
  expect(readDrafts(longer).map(({ key }) => key)).toEqual(['a', 'tokens']);
  expect(readDrafts(withMeter(longer, 0, null))).toEqual([tokens]);
});

test('what others share by an anchor is not changed behind their back', () => {
  const text = `meters:
  - { key: a, stripe: { eventName: a }, usage: &shared { template: sql, query: q } }
  - { key: b, stripe: { eventName: b }, usage: *shared }
`;
  expect(() =>
    withMeter(text, 0, { ...draftAt(text, 0), usage: { ...NO_DRAFT.usage, template: 'sql', query: 'z' } }),
  ).toThrow(expect.objectContaining({ code: 'config.not_editable' }));
});

test('whatever is typed reads back as it was typed', () => {
  const word = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\u0000', ''));
  const draft = fc.record({
    key: word,
    unit: word,
    stripe: fc.record({ by: fc.constantFrom('eventName' as const, 'id' as const), value: word }),
    tolerance: fc.record({ relative: word, absolute: word, staleness: fc.constantFrom('', '2h') }),
    usage: fc.record({
      template: fc.constantFrom(
        'counter_checkpoints' as const,
        'events' as const,
        'active_series' as const,
        'sql' as const,
      ),
      table: word,
      columns: fc.dictionary(
        fc.constantFrom('customer', 'at', 'value', 'key', 'series'),
        fc.array(word, { minLength: 1, maxLength: 2 }),
      ),
      scale: word,
      combine: word,
      maxGap: word,
      bucket: word,
      grace: word,
      aggregate: word,
      end: word,
      visibility: word,
      gauge: fc.boolean(),
      final: fc.boolean(),
      keep: fc.boolean(),
      filter: fc.option(
        fc.record({ column: word, values: fc.array(word, { maxLength: 3 }) }, { noNullPrototype: true }),
      ),
      query: fc.array(word, { maxLength: 3 }).map((lines) => lines.join('\n')),
    }),
  });
  fc.assert(
    fc.property(draft, fc.constantFrom(0, 1, null), (typed, index) => {
      const edited = withMeter(FILE, index, typed);
      const meters = readDrafts(edited);
      expect(entriesOf(meters[index ?? 2] ?? NO_DRAFT)).toEqual(entriesOf(typed));
      for (const comment of ['# What we tie out.', '# as on the invoices', '# One entry per meter.', '# as proven']) {
        expect(edited).toContain(comment);
      }
    }),
    { numRuns: 25 },
  );
});
