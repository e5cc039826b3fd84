import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openWindow } from '../browser.ts';
import { type Scratch, type Served, sampleWorkspace, scratch, serve } from './running.ts';

// A meter as an engineer adds it: by the form, on the sample's own engine, with a case of their own.

let files: Scratch;
let folder: string;
let served: Served;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  files = scratch();
  folder = await sampleWorkspace(files.folder);
  mkdirSync(join(folder, 'fixtures'), { recursive: true });
  writeFileSync(join(folder, 'fixtures', 'verifications.yaml'), CASES);
  served = await serve(folder, { state: join(files.folder, 'state') });
  browser = await launchBrowser();
  context = await openWindow(browser);
  page = await context.newPage();
  await page.goto(served.url);
});
afterAll(async () => {
  await browser?.close();
  await served?.stop();
  files.remove();
});

const CASES = `meters: [busy_minutes]
cases:
  - name: two minutes of one instance
    period: { from: 2026-05-01T00:00:00Z, to: 2026-06-01T00:00:00Z }
    series:
      - { at: ts, from: 2026-05-10T00:00:00Z, count: 9, every: 15s,
          row: { workspace_id: ws_1, instance_id: i_1, event_kind: tick, cpu_usage_usec: 0 },
          steps: { cpu_usage_usec: 15000000 } }
    expect: { ws_1: "2" }
`;

test('a meter is added by the form: previewed, tried, proven and saved, with every comment of the file kept', async () => {
  const before = readFileSync(join(folder, 'tieout.yaml'), 'utf8');
  await page.goto(`${new URL(served.url).origin}/#/settings`);
  await page.getByText('5 meters in tieout.yaml').waitFor();
  await page.getByRole('link', { name: 'Add GPU time (pilot)' }).click();
  await page.getByLabel('Key', { exact: true }).fill('busy_minutes');
  await page.getByLabel('Unit, as it is billed').fill('CPU-minutes');
  await page.getByLabel('Measured by').selectOption('counter_checkpoints');
  for (const [label, text] of [
    ['Table', 'instance_checkpoints; DROP TABLE x'],
    ['Customer', 'workspace_id'],
    ['Series', 'instance_id'],
    ['Instant', 'ts'],
    ['Value', 'cpu_usage_usec'],
    ['Tiebreak (optional)', 'event_kind'],
    ['Scale, native to billed', '1/60000000'],
  ] as const) {
    await page.getByLabel(label, { exact: true }).first().fill(text);
  }
  await page.getByText(/"instance_checkpoints; DROP TABLE x" is not a table name/).waitFor();
  expect(await page.getByRole('button', { name: 'Add to tieout.yaml' }).isEnabled()).toBe(false);
  await page.getByLabel('Table', { exact: true }).fill('instance_checkpoints');
  await page.getByText(/FROM `instance_checkpoints` AS t/).waitFor();
  await page.getByText(/60.000.000 cpu_usage_usec make 1 CPU-minutes, exactly/).waitFor();

  await page
    .getByRole('textbox', { name: 'Customer' })
    .or(page.getByRole('combobox', { name: 'Customer' }))
    .last()
    .fill('cus_Sample00000031');
  await page.getByRole('button', { name: 'Try' }).click();
  const result = page.getByRole('region', { name: 'Result of the dry run' });
  await result.getByText('CPU-minutes', { exact: true }).waitFor({ timeout: 60_000 });
  await result.getByText(/^7\d\d hours, /).waitFor();
  await page.getByRole('button', { name: 'Run the cases' }).click();
  await page.getByText(/The case passes\./).waitFor({ timeout: 60_000 });
  await page.getByRole('row', { name: /the scale is off by 60 .*two minutes of one instance/ }).waitFor();

  await page.getByRole('button', { name: 'Add to tieout.yaml' }).click();
  await page.getByText('Busy minutes is saved in tieout.yaml.').waitFor();
  const after = readFileSync(join(folder, 'tieout.yaml'), 'utf8');
  const added = `  - key: busy_minutes
    stripe: { eventName: gpu_seconds }
    unit: CPU-minutes
    usage:
      template: counter_checkpoints
      table: instance_checkpoints
      columns: { customer: workspace_id, series: [instance_id], at: ts, value: cpu_usage_usec, tiebreak: event_kind }
      scale: "1/60000000"
`;
  expect(after.replace(added, '')).toBe(before);
  await page.goto(`${new URL(served.url).origin}/#/settings`);
  await page.getByText('6 meters in tieout.yaml; none of Stripe’s is left out.').waitFor();
  await page.getByRole('row', { name: /Busy minutes CPU-minutes Counter checkpoints gpu_seconds/ }).waitFor();
});
