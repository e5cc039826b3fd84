import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { buildFrame } from '../../../main/api/cells/frame.ts';
import { closeMonth } from '../../../main/api/close/close-month.ts';
import { lockContent } from '../../../main/api/close/snapshot.ts';
import { sha256 } from '../../../main/cache/audit-store.ts';
import { lockRecord, noteRecord, signOffRecord } from '../../../main/cache/close-record.ts';
import { packContent } from '../../../main/cache/close-store.ts';
import type { Db } from '../../../main/cache/open.ts';
import { verifyPackage } from '../../../main/close/verify-package.ts';
import { openWorkspaceFolder } from '../../../main/config/workspace.ts';
import { writePackage } from '../../../main/export/package.ts';
import { DEFAULT_QUALITY } from '../../../shared/reconciliation/quality/settings.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { pdfPages } from '../../oracles/pdf-text.ts';
import { readWorkbook } from '../../oracles/workbook-reader.ts';
import { build, MONTH, type World } from '../api/reconcile/world.ts';

const NOW = parseInstant('2026-06-03T00:00:00Z');

const WORLD: World = {
  meters: [{ key: 'calls' }, { key: 'egress', unit: 'GiB' }],
  customers: [
    { id: 'cus_1', name: 'Globex', usageIds: ['ws_1'] },
    { id: 'cus_2', name: '=cmd()', usageIds: ['ws_2'] },
  ],
  usage: { calls: { ws_1: '1000', ws_2: '5' }, egress: { ws_1: '1.5', ws_2: '2' } },
  metered: { calls: { cus_1: '900', cus_2: '5' }, egress: { cus_1: '1.5', cus_2: '2' } },
  prices: [{ id: 'price_calls', meter: 'calls', unitAmount: '2' }],
  items: [
    { customer: 'cus_1', price: 'price_calls' },
    { customer: 'cus_2', price: 'price_calls' },
  ],
};

/** A month that was locked, with a note and two names. */
function locked(): { readonly db: Db; readonly folder: string } {
  const { db, settings } = build(WORLD);
  const month = parseMonth(MONTH);
  const frame = buildFrame({ db, settings, month, now: NOW, toolVersion: 'test' }, { canStore: false });
  const request = {
    db,
    settings,
    month,
    now: NOW,
    distinctMeters: new Set<string>(),
    quality: DEFAULT_QUALITY,
    close: { samePerson: false, maxAgeMs: null },
  };
  const cell = { customer: 'cus_1', usageId: null, meter: 'calls', gate: null };
  noteRecord(db, { ...cell, at: NOW, author: 'Ada', month, body: 'credited', explains: true, covers: [] });
  const { hash } = closeMonth(request, frame).figures;
  signOffRecord(db, { at: NOW, month, version: 1, role: 'preparer', name: 'Ada', contentHash: hash });
  signOffRecord(db, { at: NOW, month, version: 1, role: 'reviewer', name: 'Grace', contentHash: hash });
  const close = closeMonth(request, frame);
  const content = lockContent(db, { close, frame, lockedAt: NOW, lockedBy: 'Grace', toolVersion: 'test' });
  const lock = { month, version: 1, at: NOW, actor: 'Grace', contentHash: sha256(content.snapshot) };
  lockRecord(db, lock, packContent(content));
  return { db, folder: join(db.name, '..') };
}

function exporting(folder: string, signal?: AbortSignal) {
  const file = join(folder, 'out', 'close.zip');
  writeFileSync(join(folder, 'tieout.yaml'), '');
  const workspace = { paths: openWorkspaceFolder(folder) };
  const options = { month: MONTH, file, madeAt: NOW, onProgress: () => undefined, signal };
  return { file, written: writePackage(workspace, options) };
}

test('a package holds what was locked, and verifies', async () => {
  const { folder } = locked();
  const { file, written } = exporting(folder);
  await written;
  expect(readdirSync(join(folder, 'out'))).toEqual(['close.zip']);
  expect(verifyPackage(file)).toEqual({ target: 'package', checked: { files: 6 }, problems: [] });
  const files = unzipSync(readFileSync(file));
  expect(Object.keys(files).sort()).toEqual(
    ['audit.json', 'cells.csv', 'manifest.json', 'report.pdf', 'report.xlsx', 'snapshot.json'].sort(),
  );
  const book = readWorkbook(files['report.xlsx'] ?? new Uint8Array());
  const cells = book.get('Cells')?.cells;
  expect(book.get('Cells')?.rows).toBe(5);
  expect(cells?.get('D2')).toMatchObject({ kind: 'text', value: 'Globex' });
  expect([cells?.get('G2')?.value, cells?.get('H2')?.value, cells?.get('R2')?.value]).toEqual(['1000', '900', '2']);
  expect(cells?.get('S2')?.value).toContain('Note of Ada, 2026-06-03 00:00 UTC: credited');
  const report = pdfPages(files['report.pdf'] ?? new Uint8Array()).join('\n');
  for (const text of ['Locked 2026-06-03 00:00 UTC by Grace, version 1.', 'Ada', '20.10', 'Globex', 'credited']) {
    expect(report).toContain(text);
  }
});

test('what is pulled after the lock does not show, and the same lock gives the same package', async () => {
  const { db, folder } = locked();
  const first = exporting(folder);
  await first.written;
  const before = readFileSync(first.file);
  db.exec("UPDATE usage_month SET whole = whole + 7; UPDATE customer SET name = 'Another'");
  await exporting(folder).written;
  expect(Buffer.compare(readFileSync(first.file), before)).toBe(0);
});

test('a byte that was changed is found', async () => {
  const { folder } = locked();
  const { file, written } = exporting(folder);
  await written;
  const bytes = readFileSync(file);
  for (const at of [40, Math.floor(bytes.length / 2), bytes.length - 120, bytes.length - 3]) {
    const edited = Buffer.from(bytes);
    edited[at] = (edited[at] ?? 0) ^ 1;
    writeFileSync(file, edited);
    expect(verifyPackage(file).problems, `byte ${at}`).not.toEqual([]);
  }
});

test('an open month has no package', async () => {
  const { db } = build(WORLD);
  const { file, written } = exporting(join(db.name, '..'));
  await expect(written).rejects.toMatchObject({ code: 'close.not_locked' });
  expect(existsSync(file)).toBe(false);
});

test('a cancel leaves nothing, and what was there stays', async () => {
  const { folder } = locked();
  mkdirSync(join(folder, 'out'));
  writeFileSync(join(folder, 'out', 'close.zip'), 'an older one');
  const { file, written } = exporting(folder, AbortSignal.abort());
  await expect(written).rejects.toMatchObject({ code: 'export.cancelled' });
  expect(readdirSync(join(folder, 'out'))).toEqual(['close.zip']);
  expect(readFileSync(file, 'utf8')).toBe('an older one');
});
