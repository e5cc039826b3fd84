import { expect, test } from 'vitest';
import type { IncidentRecord } from '../../../shared/reconciliation/explain/month-causes.ts';
import type { CellResult } from '../../../shared/reconciliation/result.ts';
import { noBilling, noVerdicts, type ReconcileSummary } from '../../../shared/reconciliation/summary.ts';
import { explanationJson, explanationText } from '../../../shared/reports/explanation.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';

const incident: IncidentRecord = {
  id: '2026-05/missed_push/315-319',
  code: 'missed_push',
  cells: 1,
  meters: ['cpu'],
  hours: { from: '2026-05-14T03:00:00Z', to: '2026-05-14T07:00:00Z' },
  factor: null,
  money: [{ currency: 'usd', difference: '0.08' }],
  sentence: 'The pushes of 14 May 03:00–07:00 UTC are missing for 1 customer on 1 meter, worth 0.08 USD.',
  remedy: 'Send the missing hours again.',
  confidence: 'high',
  customers: 1,
  quantities: [{ meter: 'cpu', unit: 'CPU-seconds', worth: '360' }],
};
const summary: ReconcileSummary = {
  workspace: 'Acme Cloud',
  month: '2026-05',
  period: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
  asOf: { clickhouse: '2026-06-01T02:00:00Z', stripe: '2026-06-01T02:01:10Z' },
  cells: 2,
  structural: 2,
  byVerdict: { ...noVerdicts(), under_reported: 2 },
  byCause: [],
  skippedIdle: 0,
  unconfiguredMeters: [],
  money: [],
  unbilled: [],
  overbilled: [],
  byBilling: noBilling(),
  billedAgainstMetered: [],
  meters: [],
  causes: {
    incidents: [incident],
    unexplained: { cells: 1, money: [{ currency: 'usd', difference: '2.00' }] },
    notAsked: 3,
  },
  warnings: [],
  nothingPulled: [],
  exit: 1,
};
const explained: CellResult = {
  customer: 'cus_1',
  usageId: 'ws_1',
  usageIds: ['ws_1'],
  name: 'Globex',
  meter: 'cpu',
  unit: 'CPU-seconds',
  measured: parseDecimal('3600'),
  metered: parseDecimal('3240'),
  billed: null,
  drift: { absolute: parseDecimal('360'), relative: parseDecimal('0.1') },
  verdict: 'under_reported',
  isStructural: true,
  cause: {
    code: 'missed_push',
    confidence: 'high',
    evidence: '4 of 744 hourly pushes absent',
    also: ['duplicate_push'],
  },
  billing: null,
  money: null,
  incident: incident.id,
};
const { incident: _, ...rest } = explained;
const open: CellResult = {
  ...rest,
  customer: 'cus_2',
  cause: { code: 'unexplained', confidence: 'low', evidence: 'none' },
};

test('the document: incidents, and every row with its own or none', () => {
  const files = [{ name: 'a-events.jsonl', kind: 'meter_events', incident: incident.id, entries: 4 }];
  const of = { summary, incidents: [incident], rows: [explained, open], files, exit: 1 as const };
  const document = JSON.parse([...explanationJson(of)].join(''));
  expect(Object.keys(document)).toEqual(
    'tieout,kind,workspace,month,period,asOf,incidents,rows,exit,unexplained,notAsked,files'.split(','),
  );
  expect(document).toMatchObject({ tieout: 1, kind: 'explanation', incidents: [incident], files, exit: 1 });
  expect(document.rows.map((row: { incident: string | null }) => row.incident)).toEqual([incident.id, null]);
  const empty = JSON.parse([...explanationJson({ summary, incidents: [], rows: [], exit: 0 })].join(''));
  expect(empty).toMatchObject({ incidents: [], rows: [], exit: 0 });
  expect('files' in empty).toBe(false);
});

test('the text: sentences first, then what is unexplained, then the cells', () => {
  const text = explanationText({ summary, incidents: [incident], rows: [explained, open], exit: 1 }, { limit: 1 });
  expect(text.split('\n').filter((line) => line !== '')).toEqual([
    '2026-05 does not tie out: 2 of 2 cells drift.',
    `1. ${incident.sentence}`,
    '   certain; 360 CPU-seconds',
    '   Send the missing hours again.',
    '   2026-05/missed_push/315-319',
    'Unexplained: 1 cell, worth 2.00 USD.',
    '3 more cells drift than are looked at by the hour; their causes are those of their totals.',
    expect.stringContaining('customer'),
    expect.stringMatching(/Globex.*missed push \+ pushed twice.*high/),
    'and 1 more; --json gives all',
  ]);
  const nothing = {
    ...summary,
    structural: 0,
    causes: { ...summary.causes, incidents: [], notAsked: 0, unexplained: { cells: 0, money: [] } },
  };
  expect(explanationText({ summary: nothing, incidents: [], rows: [], exit: 0 }, { limit: 5 })).toContain(
    'Nothing is off.',
  );
  const unread = explanationText({ summary: nothing, incidents: [], rows: [], exit: 3 }, { limit: 5 });
  expect(unread).not.toContain('Nothing is off.');
});
