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
const address = (): string => decodeURIComponent(new URL(page.url()).hash);
const drawer = () => page.getByRole('complementary', { name: 'Cell' });

test('from the matrix to the evidence without a mouse', async () => {
  await open('/activity', 'Past pulls');
  await press('g', 'm');
  await page.getByText(/months do not tie out/).waitFor();
  const square = page.locator('[data-square][tabindex="0"]');
  await square.focus();
  await press('ArrowDown', 'ArrowDown', 'ArrowDown');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Egress GiB, May 2026');
  await press('Enter');
  await page.getByText('By customer').waitFor();
  expect(address()).toMatch(/egress_gib.*structural=true/);

  await page.getByText('6 of 300 rows').waitFor();
  await page.locator('[data-cells]:has([role=rowheader])').focus();
  await press('Enter');
  await drawer().getByRole('heading', { level: 2 }).waitFor();
  const first = await drawer().getByRole('heading', { level: 2 }).textContent();
  await press('j');
  await expect.poll(() => drawer().getByRole('heading', { level: 2 }).textContent()).not.toBe(first);
  await press('k');
  await expect.poll(() => drawer().getByRole('heading', { level: 2 }).textContent()).toBe(first);

  await press('Escape');
  await drawer().waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-cells'))).toBe(true);

  await press('Alt+Enter');
  await page.getByRole('heading', { level: 1, name: first ?? '' }).waitFor();
  await press('Escape');
  await drawer().waitFor();
  expect(address()).toMatch(/^#\/months\/2026-05\?/);
});

test('search, then into the rows, then clear', async () => {
  await open('/months/2026-05', 'By customer');
  await press('/');
  await page.keyboard.type('globex');
  await page.getByText('5 of 300 rows').waitFor();
  await press('Enter');
  expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-cells'))).toBe(true);
  await press('Escape');
  await page.getByText('300 rows', { exact: true }).waitFor();
  await press('/');
  expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('');
});

test('months step with brackets, pages with g', async () => {
  await open('/months/2026-05', 'By customer');
  await press('[');
  await page.getByRole('heading', { name: 'April 2026' }).waitFor();
  await press(']', ']');
  await page.getByRole('heading', { name: 'June 2026' }).waitFor();
  await press('g', 'h');
  await page.getByRole('heading', { name: /Did we bill/ }).waitFor();
  await press('g', 'a');
  await page.getByRole('heading', { name: 'Activity' }).waitFor();
});

test('the palette finds a customer and gives the focus back when it closes', async () => {
  await open('/months', /do not tie out/);
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).focus();
  await press('Control+k');
  await page.keyboard.type('globex');
  await page
    .getByRole('option', { name: /Globex GmbH/ })
    .first()
    .waitFor();
  await press('Escape');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('Keyboard shortcuts');
  await press('Control+k');
  await page.keyboard.type('globex');
  await page
    .getByRole('option', { name: /Globex GmbH/ })
    .first()
    .waitFor();
  await press('Enter');
  await drawer().getByText('Globex GmbH').waitFor();
});

test('the sheet of shortcuts opens and closes', async () => {
  await open('/months', /do not tie out/);
  await press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await press('g', 'a');
  expect(address()).toBe('#/months');
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('c copies the row with exact figures', async () => {
  await open('/months/2026-05', 'By customer');
  await page.getByRole('row').filter({ hasText: 'Ember Telecom' }).first().waitFor();
  await page.locator('[data-cells]:has([role=rowheader])').focus();
  await press('j', 'c');
  await page.getByText(/^Copied .* with its exact figures/).waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text.split('\t')).toHaveLength(14);
  expect(text).toMatch(/\t\d+\.\d{6}\t/);
});
