import { describe, expect, test } from 'vitest';
import { NO_CAUSES } from '../../../shared/reconciliation/explain/month-causes.ts';
import type { CellResult } from '../../../shared/reconciliation/result.ts';
import { noBilling, noVerdicts, type ReconcileSummary } from '../../../shared/reconciliation/summary.ts';
import { billedSentence } from '../../../shared/reports/billing-sentences.ts';
import { reconciliationJson } from '../../../shared/reports/reconciliation-json.ts';
import { driftSentence } from '../../../shared/reports/sentences.ts';
import { reconciliationTable, totalSentence } from '../../../shared/reports/table.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';

const cell: CellResult = {
  customer: 'cus_1',
  usageId: 'ws_1',
  usageIds: ['ws_1'],
  name: 'Globex\u001b[31m',
  meter: 'cpu_seconds',
  unit: 'CPU-seconds',
  measured: parseDecimal('3600'),
  metered: parseDecimal('3240'),
  billed: null,
  drift: { absolute: parseDecimal('360'), relative: parseDecimal('0.1') },
  verdict: 'under_reported',
  isStructural: true,
  cause: { code: 'missed_push', confidence: 'high', evidence: '4 of 720 hourly pushes absent' },
  billing: null,
  money: { currency: 'usd', measuredMinor: 84n, meteredMinor: 76n, billedMinor: null, differenceMinor: 8n },
};

const total = { currency: 'usd', measured: '120.55', metered: '110.05', billed: null, difference: '10.5' };
const summary: ReconcileSummary = {
  workspace: 'Acme Cloud',
  month: '2026-05',
  period: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
  asOf: { clickhouse: '2026-06-01T02:00:00Z', stripe: '2026-06-01T02:01:10Z' },
  cells: 4,
  structural: 3,
  byVerdict: { ...noVerdicts(), agree: 1, under_reported: 2, missing_stripe: 1 },
  byCause: [{ code: 'missed_push', cells: 2 }],
  skippedIdle: 0,
  unconfiguredMeters: [{ eventName: 'gpu_seconds', metered: '12' }],
  money: [total],
  unbilled: [],
  overbilled: [],
  byBilling: noBilling(),
  billedAgainstMetered: [],
  causes: NO_CAUSES,
  meters: [
    {
      meter: 'cpu_seconds',
      unit: 'CPU-seconds',
      pulled: { clickhouse: true, stripe: true },
      cells: 4,
      structural: 3,
      byVerdict: noVerdicts(),
      measured: '3600',
      metered: '3240',
      billed: null,
      drift: { absolute: '360', relative: '0.1' },
      money: [total],
    },
  ],
  warnings: [],
  nothingPulled: [],
  exit: 1,
};

describe('the document', () => {
  const text = [...reconciliationJson(summary, [cell, cell], 1)].join('');
  const document = JSON.parse(text);

  test('has the published keys in the published order', () => {
    expect(Object.keys(document)).toEqual([
      'tieout',
      'kind',
      'workspace',
      'month',
      'period',
      'asOf',
      'totals',
      'incidents',
      'rows',
      'exit',
    ]);
    expect(document).toMatchObject({ tieout: 1, kind: 'reconciliation', incidents: [], exit: 1 });
    expect(Object.keys(document.totals)).toEqual([
      'cells',
      'byVerdict',
      'structural',
      'skippedIdle',
      'unconfiguredMeters',
      'money',
    ]);
    expect(Object.keys(document.totals.byVerdict)).toHaveLength(12);
    expect(Object.keys(document.rows[0])).toEqual([
      'customer',
      'usageId',
      'usageIds',
      'name',
      'meter',
      'unit',
      'measured',
      'metered',
      'billed',
      'drift',
      'verdict',
      'structural',
      'cause',
      'billing',
      'money',
    ]);
    expect(document.rows[0].money).toEqual({
      currency: 'usd',
      measured: '0.84',
      metered: '0.76',
      billed: null,
      difference: '0.08',
    });
  });

  test('says after everything else how complete usage is, where that is known', () => {
    const learned = { pulls: 2, hours: 1, months: 1, ages: [] };
    const known = {
      meter: 'cpu_seconds',
      unit: 'CPU-seconds',
      asOf: '2026-06-01T02:00:00Z',
      watermark: '2026-06-01T00:00:00Z',
      allInFrom: '2026-06-01T02:00:00Z',
      expectedMissing: '0',
      basis: 'Learned from 2 pulls.',
      learned,
    };
    const withIt = JSON.parse([...reconciliationJson(summary, [cell], 1, [known])].join(''));
    expect(Object.keys(withIt)).toEqual([...Object.keys(document), 'completeness']);
    expect(withIt.completeness).toEqual([known]);
  });

  test('is one document without rows, too', () => {
    expect(JSON.parse([...reconciliationJson(summary, [], 0)].join(''))).toMatchObject({ rows: [], exit: 0 });
  });
});

describe('the table', () => {
  test('says below the meters how complete usage is', () => {
    const sentence = 'Usage of cpu_seconds was complete up to 31 May 22:00 UTC; nothing more is expected.';
    const lines = reconciliationTable(summary, [], { limit: 10, complete: [sentence] }).split('\n');
    expect(lines.indexOf(sentence)).toBe(lines.findIndex((line) => line.includes('cpu_seconds')) + 2);
    expect(reconciliationTable(summary, [], { limit: 10, complete: [] })).not.toContain('complete up to');
  });

  test('says the answer first', () => {
    const lines = reconciliationTable(summary, [cell], { limit: 10 }).split('\n');
    expect(lines[0]).toBe('2026-05 does not tie out: 3 of 4 cells drift. Stripe holds 10.50 USD less than was used.');
    expect(lines.at(-2)).toContain('too little in Stripe');
    expect(lines.at(-2)).toContain('0.08 USD');
  });

  test('keeps control characters of names off the terminal, and says what is not shown', () => {
    const text = reconciliationTable(summary, [cell, cell, cell], { limit: 1 });
    expect(text).not.toContain('\u001b');
    expect(text).toContain('and 2 more');
  });

  test('currencies that drift apart are told one after another', () => {
    const yen = { ...total, currency: 'jpy', difference: '2' };
    const dollars = { ...total, difference: '-143576.43' };
    expect(totalSentence({ ...summary, money: [yen, dollars] })).toMatch(
      /Stripe holds 2 JPY less, 143,576\.43 USD more than was used\.$/,
    );
  });

  test('other months', () => {
    const calm = { ...summary, structural: 0, byVerdict: { ...noVerdicts(), agree: 4 } };
    expect(totalSentence(calm)).toBe('2026-05 ties out: 4 cells agree.');
    expect(totalSentence({ ...calm, cells: 0 })).toBe('2026-05 holds no usage and nothing metered.');
    expect(totalSentence({ ...calm, byVerdict: { ...noVerdicts(), incomplete: 1 } })).toContain('is incomplete');
    expect(totalSentence({ ...calm, byVerdict: { ...noVerdicts(), invalid: 1 } })).toContain('cannot be tied out');
  });
});

test('a cell in one sentence', () => {
  expect(driftSentence(cell)).toBe('Stripe holds 360 CPU-seconds less than was used.');
});

test.each<[Partial<ReconcileSummary['byBilling']>, string | null]>([
  [{}, null],
  [{ billed_agree: 1 }, 'Invoices charge 1 of 1 cell as metered.'],
  [{ billed_agree: 2, line_missing: 1 }, 'Invoices charge 2 of 3 cells as metered: 1 missing on the invoice.'],
  [{ billed_agree: 2, not_final: 1 }, 'Invoices charge 2 of 3 cells as metered: 1 not final.'],
  [{ line_missing: 1 }, 'Invoices charge 0 of 1 cell as metered: 1 missing on the invoice.'],
  [{ not_final: 3 }, 'Invoices are drafts so far: nothing is billed yet in 3 of 3 cells.'],
  [
    { not_final: 3, misaligned: 1 },
    'Invoices are drafts so far: nothing is billed yet in 3 of 4 cells; 1 period not the month.',
  ],
])('what the invoices charge, in one sentence %#', (byBilling, sentence) => {
  expect(billedSentence({ byBilling: { ...noBilling(), ...byBilling } })).toBe(sentence);
});
