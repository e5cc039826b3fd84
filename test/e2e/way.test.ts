import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser, openWindow } from './browser.ts';
import { type FixtureHost, startFixtureHost } from './fixture/host.ts';

let browser: Browser;
let host: FixtureHost;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  host = await startFixtureHost('plain');
});
afterAll(async () => {
  await browser.close();
  await host.close();
});
beforeEach(async () => {
  context = await openWindow(browser);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: host.url });
  page = await context.newPage();
});
afterEach(() => context.close());

const open = async (path: string, sign: string | RegExp): Promise<void> => {
  await page.goto(`${host.url}/#${path}`);
  await page.getByText(sign).first().waitFor();
};
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
const headers = (): Promise<string[]> => page.locator('[data-cells] thead th').allTextContents();
const address = (): string => decodeURIComponent(new URL(page.url()).hash);

test('the rows that pass the filter go to the clipboard as CSV, exactly, in their order', async () => {
  await open('/months/2026-05?structural=true', /of 300 rows/);
  await press('C');
  await page.getByText(/^Copied 2[\d]* rows as CSV|^Copied \d+ rows as CSV with exact figures/).waitFor();
  const [head = '', ...lines] = (await clipboard()).split('\r\n');
  expect(head).toBe(
    'month,customer,usage_id,name,meter,unit,measured,metered,billed,drift_absolute,drift_relative,verdict,cause,currency,measured_amount,metered_amount,billed_amount,difference_amount,note',
  );
  const shown = await page.locator('[data-cells]').getAttribute('aria-rowcount');
  expect(lines.filter((line) => line !== '')).toHaveLength(Number(shown) - 1);
  expect(lines[0]).toMatch(/^2026-05,.*,(under_reported|over_reported|missing_\w+|unmapped|stale_overdue|\w+),/);
});

test('columns, saved filters and the look survive a reload; a shared link opens the same view', async () => {
  await open('/months/2026-05', 'By customer');
  expect(await headers()).toContain('Cause');
  await page.getByRole('button', { name: 'Columns, rows and copy' }).click();
  await page.getByRole('checkbox', { name: 'Cause' }).click();
  await page.getByRole('button', { name: 'Meter: further right' }).click();
  await press('Escape');
  const wanted = await headers();
  expect(wanted).not.toContain('Cause');
  expect(wanted.indexOf('Measured')).toBeLessThan(wanted.indexOf('Meter'));

  await page.getByRole('button', { name: /^Structural/ }).click();
  await page.getByRole('button', { name: 'Saved' }).click();
  await page.getByLabel('Name of these filters').fill('What is off');
  await press('Enter');
  await page.getByRole('button', { name: 'What is off' }).waitFor();

  await press('y');
  await page.getByText('Copied a link to this view.').waitFor();
  const link = await clipboard();
  expect(link).not.toContain('token');

  await page.goto('about:blank');
  await open('/months/2026-05', '300 rows');
  await expect.poll(headers).toEqual(wanted);
  await page.getByRole('button', { name: 'Saved' }).click();
  await page.getByRole('button', { name: 'What is off', exact: true }).click();
  await page.getByText(/\d of 300 rows/).waitFor();
  expect(address()).toContain('structural=true');

  await open('/late', /Late usage/);
  await press('Control+k');
  await page.getByPlaceholder(/Search customers/).fill(link);
  await page.getByRole('option', { name: /Open the link/ }).click();
  await page.getByText(/\d of 300 rows/).waitFor();
  expect(address()).toMatch(/^#\/months\/2026-05\?.*structural=true/);
});

test('a link of another workspace says which one to open', async () => {
  await open('/months/2026-05?workspace=Acme%20Cloud%20EU', 'By customer');
  const bar = page.getByRole('region', { name: 'Link to another workspace' });
  await bar.getByText(/It was opened here before, from \/home\/ada\/closes\/acme-eu/).waitFor();
  await bar.getByRole('button', { name: 'Stay here' }).click();
  await bar.waitFor({ state: 'detached' });
});

test('the way back, the sheet of what is in force, and letters switched off', async () => {
  await open('/months/2026-05', 'By customer');
  await page.locator('#cell-row-0').waitFor();
  await press('j', 'Alt+Enter');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'May 2026' }).waitFor();
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByText('By customer').waitFor();

  await press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  for (const label of [
    'Simulate',
    'Copy the rows as CSV',
    'What if a meter had another price',
    'Open the row as a page',
  ])
    await sheet.getByText(label, { exact: true }).waitFor();
  await press('Escape');
  await sheet.waitFor({ state: 'detached' });

  await press('g', '.');
  await page.getByRole('heading', { name: 'Appearance' }).waitFor();
  await page.getByLabel('Numbers', { exact: true }).selectOption('german');
  await page.getByText('−1.234.567,50').waitFor();
  await page.getByRole('checkbox', { name: /single keys/ }).click();
  await page.locator('body').click({ position: { x: 900, y: 700 } });
  await press('g', 'm');
  await page.getByRole('checkbox', { name: /single keys/ }).click();
  expect(address()).toBe('#/settings/appearance');
  await page.locator('body').click({ position: { x: 900, y: 700 } });
  await press('g', 'm');
  await page.getByText(/do not tie out/).waitFor();
});

test('the palette finds a customer of another month and copies a table of the page', async () => {
  await open('/settings', /meters in tieout.yaml/);
  await press('Control+k');
  await page.keyboard.type('globex');
  await page.getByRole('group', { name: 'Customers' }).getByRole('option').first().waitFor();
  await page.getByText(/^\d+ results?$/).waitFor({ state: 'attached' });
  await page.getByPlaceholder(/Search customers/).fill('copy as csv meters');
  await page.getByRole('option', { name: /Copy as CSV.*Meters of tieout.yaml/ }).click();
  await page.getByText(/^Copied “Meters of tieout.yaml” as CSV/).waitFor();
  expect((await clipboard()).split('\r\n')[0]).toMatch(/^Meter,Unit,Measured by/);
});
