import { expect, test } from 'vitest';
import { parseConfig } from '../../../main/config/config.ts';
import { isTieoutError } from '../../../shared/errors.ts';
import { formatInstant } from '../../../shared/values/instant.ts';

const yaml = (pipeline: string): string => `version: 1
clickhouse: { url: "http://127.0.0.1:1" }
stripe: { apiKey: sk_test_1 }
customers: { match: id }
meters:
  - { key: gb, stripe: { eventName: gb }, usage: { template: sql, query: SELECT 1 } }
pipelines:
  edge:
    meters:
      gb: { template: interval_samples, table: s, columns: { customer: c, at: t, value: m, interval: i, id: id } }
${pipeline}`;

const read = (pipeline: string) => parseConfig(yaml(pipeline), { fileName: 'tieout.yaml', env: {} }).pipelines[0];

test('what is left out has its default', () => {
  const edge = read('    rollup: {}\n    cutover: {}\n');
  expect(edge?.rollup).toMatchObject({
    meter: 'gb',
    arrived: null,
    mode: 'unified',
    meters: { unified: 'sandbox_compute_sandbox_overage', legacy: 'sandbox_compute_sandbox_{gb}gb' },
    billFrom: null,
    isShadow: true,
    events: null,
    customers: null,
  });
  expect(edge?.cutover).toEqual({ from: 'main', bucketMs: 900_000, settleMs: 1_800_000, billed: null, runs: null });
  expect([read('')?.rollup, read('')?.cutover]).toEqual([null, null]);
});

test('everything that can be said', () => {
  const edge = read(`    rollup:
      meter: gb
      arrived: came
      mode: legacy
      eventNames: { unified: all, legacy: "size_{gb}" }
      billFrom: 2026-06-15T23:00:00Z
      shadow: false
      events: { table: db.e, columns: { id: a, customer: b, meter: c, bucket: d, value: e, state: f, sent: g } }
      customers: { table: o, columns: { customer: a, mode: b } }
    cutover:
      from: cell
      bucket: 5m
      settle: 1h
      billed: { table: b, columns: { customer: a, from: b, to: c } }
      runs: { table: r, columns: { customer: a, from: b, to: c, memory: d } }
`);
  expect(edge?.rollup?.billFrom).not.toBeNull();
  expect(formatInstant(edge?.rollup?.billFrom ?? (0 as never))).toBe('2026-06-15T23:00:00Z');
  expect(edge?.rollup).toMatchObject({ arrived: 'came', mode: 'legacy', isShadow: false });
  expect(edge?.rollup?.events).toMatchObject({ table: 'db.e', within: 'bucket', columns: { id: 'a', sent: 'g' } });
  expect(edge?.cutover).toMatchObject({ from: 'cell', bucketMs: 300_000, settleMs: 3_600_000 });
  expect(edge?.cutover?.runs).toMatchObject({ within: 'running', columns: { memory: 'd' } });
});

test.each([
  ['    rollup: { meter: other }\n', 'config.invalid_value', 'interval_samples'],
  ['    rollup: { billFrom: tomorrow }\n', 'config.invalid_value', 'not an instant'],
  ['    rollup: { eventNames: { legacy: flat } }\n', 'config.invalid_value', 'no place for the size'],
  ['    rollup: { events: { table: e, columns: { id: a } } }\n', 'config.missing_key', 'problems'],
  [
    '    rollup: { events: { table: "e; DROP", columns: { id: a, customer: b, meter: c, bucket: d, value: e, state: f } } }\n',
    'config.invalid_value',
    'table name',
  ],
  ['    rollup: { sent: x }\n', 'config.unknown_key', 'sent'],
  ['    cutover: { bucket: 7h }\n', 'config.invalid_value', 'divide a day'],
  ['    cutover: { runs: { table: r } }\n', 'config.missing_key', 'columns'],
])('%s is refused', (text, code, words) => {
  try {
    read(text);
    expect.unreachable();
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  }
});
