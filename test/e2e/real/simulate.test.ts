import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openWindow } from '../browser.ts';
import { type Scratch, type Served, sampleWorkspace, scratch, serve, tieout } from './running.ts';

// A month close simulated by somebody who sits in front of the sample workspace.

let files: Scratch;
let folder: string;
let served: Served;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  files = scratch();
  folder = await sampleWorkspace(files.folder);
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

const verdict = () => page.getByRole('region', { name: 'Verdict' });

test('a scenario that comes with Tieout is stepped through, changed and saved, and the command runs what was saved', async () => {
  const before = existsSync(join(folder, 'scenarios')) ? readdirSync(join(folder, 'scenarios')) : [];
  await page.getByRole('link', { name: 'Simulate' }).click();
  await verdict().getByText('All 6 expectations hold.').waitFor();
  await page.getByRole('button', { name: 'Back to the start (Home)' }).click();
  await verdict()
    .getByText(/^Not decided yet/)
    .waitFor();
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: /Draft.*Jan 2026.*\$3\.50/ }).waitFor();
  await page.keyboard.press('End');
  await page.getByRole('textbox', { name: 'Value 1', exact: true }).fill('600');
  await verdict().getByText('3 of 6 expectations did not hold.').waitFor();
  await page.getByRole('button', { name: /^Save to the workspace/ }).click();
  await page.getByRole('form', { name: 'Save the scenario' }).getByRole('textbox').fill('parity, dearer');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'parity, dearer' }).waitFor();
  expect(readdirSync(join(folder, 'scenarios'))).toEqual([...before, 'parity, dearer.json']);
  const file = join(folder, 'scenarios', 'parity, dearer.json');
  expect(readFileSync(file, 'utf8')).toContain('"value": "600"');
  const { code, stdout } = await tieout(['simulate', file, '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ invoices: [{ total: 600 }] });
});

test('from an invoice to what its close would have looked like, had the last hours arrived late', async () => {
  const { origin } = new URL(page.url());
  await page.goto(
    `${origin}/#/invoices/2026-04/invoice?customer=cus_Sample00000003&subscription=sub_Sample00000003&from=2026-04-01T00:00:00Z`,
  );
  await page.getByRole('link', { name: 'Simulate from here' }).click();
  await page.getByText(/^Made of what the cache holds\./).waitFor();
  await verdict()
    .getByText(/expectation/)
    .waitFor();
  const invoice = page
    .getByRole('region', { name: 'Invoices' })
    .getByRole('button', { name: /Apr 2026/ })
    .first();
  const inTime = await invoice.textContent();
  await page.getByRole('combobox', { name: 'What arrives late' }).selectOption('72h');
  await page
    .getByRole('region', { name: 'Timeline' })
    .getByText(/too late/i)
    .first()
    .waitFor();
  await expect.poll(() => invoice.textContent()).not.toBe(inTime);
  await page.getByRole('combobox', { name: 'Grace period' }).selectOption('72h');
  await page.getByText(/^Made of what the cache holds\./).waitFor();
});
