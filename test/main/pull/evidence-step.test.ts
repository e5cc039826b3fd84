import { expect, test } from 'vitest';
import { readEvidencePulls, readEvidenceRows } from '../../../main/cache/evidence-store.ts';
import type { Db } from '../../../main/cache/open.ts';
import { parseConfig } from '../../../main/config/config.ts';
import { type EvidenceRequest, pullEvidence } from '../../../main/pull/evidence-step.ts';
import type { BillingSource, WebhookEndpoint } from '../../../main/sources/billing-source.ts';
import type { EvidenceRow, EvidenceSource } from '../../../main/sources/evidence-source.ts';
import { TieoutError } from '../../../shared/errors.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { scratchCache } from '../cache/scratch.ts';

const NOW = parseInstant('2026-06-17T01:00:00Z');

const { pipelines } = parseConfig(
  `version: 1
clickhouse: { url: "http://127.0.0.1:1" }
stripe: { apiKey: sk_test_1 }
customers: { match: id }
meters:
  - { key: gb, stripe: { eventName: gb }, usage: { template: sql, query: SELECT 1 } }
pipelines:
  plain: { meters: { gb: { template: sql, query: SELECT 2 } } }
  edge:
    meters:
      gb: { template: interval_samples, table: s, columns: { customer: c, at: t, value: m, interval: i, id: id } }
    rollup: { events: { table: e, columns: { id: a, customer: b, meter: c, bucket: d, value: e, state: f } } }
    cutover: { billed: { table: b, columns: { customer: a, from: b, to: c } } }
`,
  { fileName: 'tieout.yaml', env: {} },
);

const failure = (message: string) => new TieoutError('clickhouse.query_failed', { message, remedy: 'Mend it.' });

/** Books of one row each; what is named fails. */
function books(fails: readonly string[] = []) {
  const closed: string[] = [];
  const open: EvidenceRequest['open'] = async (place) => {
    const name = place === 'workspace' ? place : place.pipeline;
    const source: EvidenceSource = {
      async *samples() {
        if (fails.includes('samples')) throw failure('samples');
        yield [{ customer: 'a', from: NOW, memoryMb: '1024', seconds: '20', lateSeconds: null }];
      },
      async *rows({ path }) {
        if (fails.some((each) => path.endsWith(each))) throw failure(path);
        yield [{ id: path, customer: 'a', bucket: NOW, value: '1.5', from: NOW } satisfies EvidenceRow];
      },
      close: async () => {},
    };
    return { source, close: async () => void closed.push(name) };
  };
  return { open, closed };
}

const endpoint: WebhookEndpoint = { id: 'we_1', host: 'example.com', isEnabled: true, events: ['*'] };
const billing = (webhookEndpoints: () => Promise<readonly WebhookEndpoint[]>) =>
  ({ webhookEndpoints }) as unknown as BillingSource;

const pull = (db: Db, of: Partial<EvidenceRequest> = {}) =>
  pullEvidence({
    db,
    month: parseMonth('2026-06'),
    pipelines,
    open: books().open,
    billing: billing(async () => [endpoint]),
    now: () => NOW,
    signal: new AbortController().signal,
    ...of,
  });

const kept = (db: Db) =>
  ['edge', 'plain', ''].flatMap((pipeline) => readEvidencePulls(db, pipeline).map(({ kind }) => kind));

test('books are kept by month, and only where there are some', async () => {
  const db = scratchCache();
  const { open, closed } = books();
  expect(await pull(db, { open })).toEqual([]);
  expect(kept(db)).toEqual(['billed', 'events', 'samples', 'webhooks']);
  expect(closed).toEqual(['edge', 'workspace']);
  const rows = [...readEvidenceRows(db, { pipeline: 'edge', kind: 'events', month: '2026-06' })];
  expect(rows).toEqual([['pipelines.edge.rollup.events', 'a', null, NOW, '1.5', null, null, null, null]]);
});

test('what the source has dropped since stays as it was read', async () => {
  const db = scratchCache();
  const HOUR = 3_600_000;
  const from = parseInstant('2026-06-03T00:00:00Z');
  const holding = (begin: number, end: number, seconds: string): EvidenceRequest['open'] => {
    const starts = Array.from({ length: (end - begin) / (HOUR / 2) }, (_, slot) => begin + slot * (HOUR / 2));
    const source: EvidenceSource = {
      async *samples() {
        yield starts.map((at) => ({ customer: 'a', from: at, memoryMb: '1024', seconds, lateSeconds: null }));
      },
      async *rows() {
        yield starts
          .filter((at) => at % HOUR === 0)
          .map((at): EvidenceRow => ({ bucket: at, value: seconds, from: at }));
      },
      close: async () => {},
    };
    return async () => ({ source, close: async () => {} });
  };
  const rowsOf = (kind: 'samples' | 'events', value: number) =>
    [...readEvidenceRows(db, { pipeline: 'edge', kind, month: '2026-06' })].map((row) => row[value]);
  expect(await pull(db, { open: holding(from, from + 3 * HOUR, '20') })).toEqual([]);
  // The first hour and a half of the second one is gone; what is left of that one is not the whole of it.
  const warnings = await pull(db, { open: holding(from + 1.5 * HOUR, from + 4 * HOUR, '30') });
  expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'pull.rows_expired The source no longer holds the samples of edge before 2026-06-03T02:00:00Z: they stay as they were read before.',
    'pull.rows_expired The source no longer holds the events of edge before 2026-06-03T02:00:00Z: they stay as they were read before.',
    'pull.rows_expired The source no longer holds the billed stretches of edge before 2026-06-03T02:00:00Z: they stay as they were read before.',
  ]);
  expect(rowsOf('samples', 3)).toEqual(['20', '20', '20', '20', '30', '30', '30', '30']);
  expect(rowsOf('events', 4)).toEqual(['20', '20', '30', '30']);
  await pull(db, { open: holding(from, from, '') });
  expect([rowsOf('samples', 3).length, rowsOf('events', 4).length]).toEqual([8, 4]);
});

test('what cannot be read is a warning, and what was there stays', async () => {
  const db = scratchCache();
  await pull(db);
  const { open, closed } = books(['events', 'billed']);
  const denied = async () => {
    throw new TieoutError('stripe.not_permitted', { message: 'no', remedy: 'Grant it.' });
  };
  const warnings = await pull(db, { open, billing: billing(denied) });
  expect(warnings.map(({ path, severity, code }) => `${path} ${severity} ${code}`)).toEqual([
    'pipelines.edge.rollup warning clickhouse.query_failed',
    'pipelines.edge.cutover warning clickhouse.query_failed',
    'stripe warning stripe.not_permitted',
  ]);
  expect(kept(db)).toEqual(['billed', 'events', 'samples', 'webhooks']);
  expect(closed).toEqual(['edge', 'workspace']);
});

test('Stripe is not asked where a pull leaves it alone, and a source without endpoints says nothing', async () => {
  const db = scratchCache();
  expect(await pull(db, { billing: null })).toEqual([]);
  expect(await pull(db, { billing: {} as BillingSource })).toEqual([]);
  expect(kept(db)).toEqual(['billed', 'events', 'samples']);
});

test('a pull that is cancelled is no warning', async () => {
  const cancel = new AbortController();
  const open: EvidenceRequest['open'] = async () => {
    cancel.abort(new Error('cancelled'));
    throw failure('anything');
  };
  await expect(pull(scratchCache(), { open, signal: cancel.signal })).rejects.toThrow('anything');
});
