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
});
afterAll(() => browser.close());
beforeEach(async () => {
  host = await startFixtureHost('plain');
  context = await openWindow(browser);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: host.url });
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await host.close();
});

const job = () => page.getByRole('listitem').filter({ hasText: 'Pull May 2026' });

test('a pull shows its progress on every page and refreshes what it changed', async () => {
  await page.goto(`${host.url}/#/months/2026-05`);
  await page.getByText('By customer').waitFor();
  const before = host.controls.calls.get('months.summary') ?? 0;
  await page.getByRole('button', { name: 'Pull May 2026' }).click();
  await page.getByRole('link', { name: /Pull May 2026 \d+ %/ }).click();
  await job()
    .getByText(/of 48,000 requests · 812\/s · \d+ s left/)
    .waitFor();
  expect(await page.getByRole('progressbar').getAttribute('aria-valuetext')).toContain('requests');
  await job().getByText('Done').waitFor();
  await page
    .getByRole('status')
    .getByText(/Pull May 2026 is done/)
    .waitFor();
  await page.getByRole('link', { name: 'May 2026' }).click();
  await page.getByText('By customer').waitFor();
  await expect.poll(() => host.controls.calls.get('months.summary') ?? 0).toBeGreaterThan(before);
});

test('a pull can be cancelled', async () => {
  host.controls.stepMs = 400;
  await page.goto(`${host.url}/#/activity`);
  await page.getByLabel('Month').selectOption('2026-05');
  await page.locator('form').getByRole('button', { name: 'Pull May 2026' }).click();
  await page.getByRole('button', { name: 'Cancel Pull May 2026' }).click();
  await job().getByText('Cancelled').waitFor();
  await page
    .getByRole('status')
    .getByText(/was cancelled\. Numbers that were not pulled completely are as they were before\./)
    .waitFor();
});

test('a job that waits for another reads as queued', async () => {
  host.controls.stepMs = 400;
  await page.goto(`${host.url}/#/months/2026-05`);
  await page.getByText('By customer').waitFor();
  await page.getByRole('button', { name: 'Pull May 2026' }).click();
  await page.getByRole('button', { name: /^Export/ }).click();
  await page.getByRole('menuitem', { name: /^CSV/ }).click();
  await page.getByRole('link', { name: 'Activity' }).click();
  await page.getByText('1 job is running, 1 waits in the queue.').waitFor();
  const waiting = page.getByRole('listitem').filter({ hasText: 'Export to CSV' });
  await waiting.getByText('Queued').waitFor();
  expect(await waiting.getByRole('progressbar').count()).toBe(0);
});

test('a pull that fails says what happened, what it means and what to do', async () => {
  host.controls.failNextPull = true;
  await page.goto(`${host.url}/#/activity`);
  await page.locator('form').getByRole('button', { name: /^Pull/ }).click();
  const failure = job().getByRole('alert');
  await failure.getByText(/Stripe refused the key/).waitFor();
  await failure.getByText('Numbers that were not pulled completely are as they were before.').waitFor();
  await failure.getByText(/Give the restricted key the permission/).waitFor();
  await failure.getByRole('button', { name: 'Copy details' }).click();
  await failure.getByText('Copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^stripe\.unauthorized: [\s\S]*remedy: /);
  await failure.getByRole('button', { name: 'Try again' }).click();
  await job().first().getByText('Done').waitFor();
});

test('a host that goes away is named', async () => {
  await page.goto(`${host.url}/#/months`);
  await page.getByText(/do not tie out/).waitFor();
  await host.close();
  await page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('link', { name: /Apr 2026/ })
    .click();
  await page.getByText('Tieout does not answer.').waitFor();
  host = await startFixtureHost('plain');
});

test('a folder without a workspace is refused in words', async () => {
  await page.goto(`${host.url}/#/home`);
  await page.getByLabel('Folder of a workspace').fill('/nowhere');
  await page.getByRole('button', { name: 'Open folder' }).click();
  await page.getByText('There is no tieout.yaml in /nowhere.').waitFor();
});
