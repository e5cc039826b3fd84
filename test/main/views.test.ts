import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCache } from '../../main/cache/open.ts';
import { beginPull, meterKeyOf } from '../../main/cache/pull-store.ts';
import { openWorkspace } from '../../main/compose.ts';
import { createViews } from '../../main/views.ts';
import { invoicesWindow } from '../../shared/contract/invoice-schemas.ts';
import { lateSummary } from '../../shared/contract/late-schemas.ts';
import { proofSummary } from '../../shared/contract/proof-schemas.ts';
import { parseInstant } from '../../shared/values/instant.ts';
import { parseMonth } from '../../shared/values/period.ts';

const NOW = parseInstant('2026-06-01T02:00:00Z');
const CONFIG = `version: 1
name: First steps
clickhouse: { url: "http://127.0.0.1:1" }
stripe: { apiKey: rk_test_1 }
customers: { match: id }
meters:
  - key: calls
    stripe: { eventName: calls }
    unit: calls
    usage: { template: events, table: calls, columns: { customer: tenant, at: at }, aggregate: count }
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tieout-views-'));
  writeFileSync(join(folder, 'tieout.yaml'), CONFIG);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a workspace of which nothing was pulled shows what another process pulls first', () => {
  const views = createViews(folder, { env: {}, now: () => NOW });
  expect(views.workspaceInfo(undefined)).toMatchObject({ name: 'First steps', months: ['2026-06'] });
  expect(views.pulls(undefined)).toEqual([]);
  const writer = openCache(openWorkspace(folder, {}).paths.databaseFile, { now: NOW });
  beginPull(writer, {
    source: 'clickhouse',
    month: parseMonth('2026-05', '--month'),
    meterKey: meterKeyOf(writer, 'calls'),
    startedAt: NOW,
    toolVersion: '0.1.0',
    fingerprint: 'f',
    mappingFingerprint: 'm',
    combine: 'sum',
    exponent: 0,
    selection: null,
    query: 'SELECT 1',
    stripeMeterId: null,
  });
  expect(views.pulls(undefined)).toMatchObject([{ month: '2026-05', meter: 'calls', state: 'running' }]);
  writer.close();
});

test('of nothing pulled there is nothing to prove, in any month but one to come', () => {
  const views = createViews(folder, { env: {}, now: () => NOW });
  const proof = proofSummary.parse(views.proof({ month: null }));
  expect(proof).toMatchObject({ month: null, lines: 0, exact: 0, invoices: 0, differing: [], asMeasured: [] });
  expect(views.proof({ month: '2026-05' })).toMatchObject({ month: '2026-05', lines: 0 });
  expect(() => views.proof({ month: '2026-07' })).toThrowError(expect.objectContaining({ code: 'period.in_future' }));
});

test('of nothing pulled there are no invoices, and no other price to try', () => {
  const views = createViews(folder, { env: {}, now: () => NOW });
  const request = { month: '2026-05', filter: {}, offset: 0, limit: 50 } as const;
  const window = invoicesWindow.parse(views.invoices({ ...request, sort: { by: 'default', direction: 'ascending' } }));
  expect(window).toMatchObject({
    all: 0,
    rows: [],
    totals: [],
    currencies: [],
    byState: { matches: 0, incomplete: 0 },
  });
  const key = { month: '2026-05', customer: 'cus_1', subscription: 'sub_1', from: '2026-05-01T00:00:00Z' };
  expect(() => views.invoice(key)).toThrow(expect.objectContaining({ code: 'invoice.customer_not_found' }));
  expect(() => views.whatIfPrices({ meter: 'calls' })).toThrow(
    expect.objectContaining({ code: 'stripe.meter_not_found' }),
  );
  expect(() => views.invoices({ ...request, month: '2026-07', sort: { by: 'total', direction: 'ascending' } })).toThrow(
    expect.objectContaining({ code: 'period.in_future' }),
  );
});

test('of nothing pulled nothing came late, and there is nothing to look up or decide', () => {
  const views = createViews(folder, { env: {}, now: () => NOW });
  expect(lateSummary.parse(views.lateSummary('2026-05'))).toMatchObject({
    state: 'not_billed',
    rows: 0,
    totals: [],
    heat: { meters: [], money: null },
  });
  const sort = { by: 'default', direction: 'ascending' } as const;
  expect(views.lateList({ month: '2026-05', filter: {}, sort, offset: 0, limit: 10 })).toMatchObject({
    total: 0,
    rows: [],
  });
  expect(() => views.lateDetail({ month: '2026-05', customer: 'cus_1', meter: 'calls' })).toThrow(
    expect.objectContaining({ code: 'late.not_found' }),
  );
  expect(() => views.lateSummary('2026-07')).toThrow(expect.objectContaining({ code: 'period.in_future' }));
});
