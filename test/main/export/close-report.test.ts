import { expect, test } from 'vitest';
import { type CloseReport, writeClosePdf } from '../../../main/export/pdf/close-report.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { pdfPages } from '../../oracles/pdf-text.ts';

const AT = parseInstant('2026-06-02T05:00:00Z');
const LONG = 'Gesellschaft-für-außerordentlich-lange-Firmennamen-mit-beschränkter-Haftung-'.repeat(6);

const cell = (
  name: string,
  of: Partial<CloseReport['exceptions'][number]> = {},
): CloseReport['exceptions'][number] => ({
  customer: 'cus_1',
  usageId: 'ws_1',
  name,
  meter: 'egress_gib',
  unit: 'GiB',
  measured: '1234567.25',
  metered: '1234560',
  drift: '7.25',
  currency: 'usd',
  difference: '-1250.50',
  verdict: 'Too much in Stripe',
  sentence: 'Nine hourly pushes were sent twice.',
  notes: [],
  ...of,
});

const REPORT: CloseReport = {
  workspace: 'Acme Cloud',
  month: '2026-05',
  madeAt: AT,
  toolVersion: '0.1.0',
  lock: { version: 2, at: AT, by: 'Grace', contentHash: 'c0ffee'.repeat(10) },
  changed: null,
  cells: 1234,
  structural: 2,
  pulledAt: 'Usage pulled 2026-06-02 04:00 UTC; Stripe pulled 2026-06-02 04:10 UTC',
  money: [
    { currency: 'usd', measured: '13357.63', metered: '-0.05', difference: '13357.68', billed: null },
    { currency: 'jpy', measured: '10513', metered: '10513', difference: '0', billed: '10513' },
  ],
  gates: [
    { gate: 'pull_complete', decision: 'pass', detail: '5 meters pulled from both sides.' },
    { gate: 'structural_drift', decision: 'blocked', detail: '2 cells do not tie out.' },
    { gate: 'late_usage', decision: 'unknown', detail: 'It cannot be said yet.' },
  ],
  signOffs: [
    { role: 'preparer', name: 'Ada', at: AT, lapsed: null },
    { role: 'reviewer', name: null, at: null, lapsed: 'Lapsed: Grace signed other figures' },
  ],
  meters: [
    {
      meter: 'egress_gib',
      unit: 'GiB',
      cells: 1234,
      structural: 2,
      measured: '35040110357.620761170984',
      metered: '34197879236.6200943',
      drift: '842231121.000666870984',
      billed: null,
    },
  ],
  exceptions: [
    cell('Globex', { notes: ['Note of Ada, 2026-06-02 05:00 UTC: sent twice, credited'] }),
    cell('שלום עולם \u202e evil'),
    cell(LONG),
    cell('日本語'),
  ],
  exceptionsTotal: 900,
  incidents: [
    {
      sentence: 'The pushes of 14 May 03:00–07:00 UTC are missing for 412 customers on 3 meters, worth 8,113.20 USD.',
      remedy: 'Send the missing hours again.',
      cells: 1236,
      confidence: 'high',
      money: [{ currency: 'usd', difference: '8113.20' }],
    },
  ],
  notes: [{ at: AT, author: 'Ada', about: 'The month', body: 'Waited for the last rows.' }],
  proof: { lines: 962, exact: 960, isOfMonth: true },
  hashes: [['Snapshot (content hash)', 'c0ffee'.repeat(10)]],
  pulls: [
    { meter: 'egress_gib', source: 'clickhouse', at: '2026-06-02 04:00 UTC', queryHash: 'ab12', contentHash: null },
  ],
};

async function bytesOf(report: CloseReport): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  await writeClosePdf(report, (piece) => pieces.push(Uint8Array.from(piece)));
  return Buffer.concat(pieces);
}

test('a close report says what was locked, what it comes to, and how to check it', async () => {
  const pages = pdfPages(await bytesOf(REPORT));
  const cover = pages[0] ?? '';
  for (const text of [
    'Close of May 2026',
    'Locked 2026-06-02 05:00 UTC by Grace, version 2.',
    '2 of 1,234 cells (a customer and a meter) do not tie out.',
    '13,357.63',
    '−0.05',
    '10,513',
    'Structural drift',
    '✗ blocks',
    '? unknown',
    'Ada',
    'Lapsed: Grace signed other figures',
  ]) {
    expect(cover).toContain(text);
  }
  const all = pages.join('\n');
  for (const text of [
    '35,040,110,357.620761170984',
    'Globex',
    '−1,250.50',
    'Nine hourly pushes',
    'Note of Ada',
    '896 more stand in the workbook',
    'Waited for the last rows.',
    '960 of 962 metered invoice lines of the month',
    'c0ffeec0ffee',
  ]) {
    expect(all).toContain(text);
  }
  for (const [index, page] of pages.entries()) expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
});

test('names in other scripts and very long ones break nothing', async () => {
  const bytes = await bytesOf(REPORT);
  const all = pdfPages(bytes).join('\n');
  expect(all).toContain('□□□□ □□□□  evil');
  expect(all).toContain('□□□');
  expect(all).toContain('A box stands for a character that the font of this document does not have');
  expect(all.replaceAll('\n', '')).toContain(LONG.slice(0, 60));
  expect(all).toContain('cus_1');
  const { lock: _, ...open } = REPORT;
  const other = pdfPages(await bytesOf({ ...open, lock: null, exceptions: [], exceptionsTotal: 0, money: [] }));
  expect(other[0]).toContain('Not closed: 1 of 3 gates pass.');
  expect(other.join('\n')).toContain('no snapshot is kept');
});

test('a long report goes over pages, with the header of its table on each', async () => {
  const exceptions = Array.from({ length: 60 }, (_, index) => cell(`Customer ${index}`));
  const pages = pdfPages(await bytesOf({ ...REPORT, exceptions, exceptionsTotal: 60 }));
  const listing = pages.filter((page) => page.includes('Customer 1') || /Customer \d\d/.test(page));
  expect(listing.length).toBeGreaterThan(3);
  for (const page of listing) expect(page).toContain('What it is, and notes');
  const found = [...pages.join('\n').matchAll(/^Customer (\d+)$/gm)].map((match) => Number(match[1]));
  expect(found).toEqual(exceptions.map((_, index) => index));
});

test('equal reports have equal bytes; another instant has others', async () => {
  const first = await bytesOf(REPORT);
  expect(Buffer.compare(first, await bytesOf(structuredClone(REPORT)))).toBe(0);
  const later = { ...REPORT, madeAt: parseInstant('2026-06-02T05:00:01Z') };
  expect(Buffer.compare(first, await bytesOf(later))).not.toBe(0);
});
