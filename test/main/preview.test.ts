import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { INVOICE_COLUMNS, INVOICE_LINE_COLUMNS } from '../../main/api/invoices/invoices-csv.ts';
import { PreviewExit, previewJson } from '../../main/api/invoices/preview-document.ts';
import { PreviewDigest, previewText } from '../../main/api/invoices/preview-text.ts';
import { openWorkspace } from '../../main/compose.ts';
import { exportInvoices, invoicesFileName } from '../../main/invoices-export.ts';
import { withPreview } from '../../main/preview.ts';
import { parseInstant } from '../../shared/values/instant.ts';
import { scratchFolder } from './cache/scratch.ts';

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

test('of nothing pulled the preview is empty, of the current month, and data is missing', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'tieout.yaml'), CONFIG);
  const now = () => parseInstant('2026-06-05T00:00:00Z');
  await withPreview(
    openWorkspace(folder, {}),
    { quantities: 'metered' },
    {
      now,
      work: async ({ head, previews, isPulled, proof }) => {
        expect(isPulled).toBe(false);
        const exit = new PreviewExit();
        exit.addMissing();
        expect(JSON.parse([...previewJson(head, previews, proof, exit)].join(''))).toEqual({
          tieout: 1,
          kind: 'preview',
          workspace: 'First steps',
          month: '2026-06',
          quantities: 'metered',
          invoices: [],
          proof: null,
          exit: 3,
        });
        const text = previewText(head, new PreviewDigest(5), proof());
        expect(text).toContain('2026-06: no usage period of a subscription begins in it.');
        expect(text).toContain('No finalised invoice in the cache to prove the engine on.');
      },
    },
  );
});

test('of nothing pulled the files of the invoices are their headers alone; a filtered file says so', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'tieout.yaml'), CONFIG);
  const workspace = openWorkspace(folder, {});
  const now = () => parseInstant('2026-06-05T00:00:00Z');
  const request = { month: '2026-05', filter: {} };
  expect(invoicesFileName({ ...request, what: 'lines' })).toBe('2026-05-invoice-lines.csv');
  expect(invoicesFileName({ ...request, what: 'json', filter: { search: 'a' } })).toBe(
    '2026-05-invoices-filtered.json',
  );
  for (const [what, columns] of [
    ['invoices', INVOICE_COLUMNS],
    ['lines', INVOICE_LINE_COLUMNS],
  ] as const) {
    const file = join(folder, what);
    expect(await exportInvoices(workspace, { ...request, what, file, now, onProgress: () => {} })).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(`${columns.join(',')}\r\n`);
  }
});
