import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser, openWindow } from './browser.ts';
import type { Variant } from './fixture/api.ts';
import { type FixtureHost, startFixtureHost } from './fixture/host.ts';

let browser: Browser;
let context: BrowserContext;
let page: Page;
let host: FixtureHost;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  context = await openWindow(browser);
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await host.close();
});

async function open(variant: Variant, path = '/months/2026-05'): Promise<void> {
  host = await startFixtureHost(variant);
  await page.goto(`${host.url}/#${path}`);
  await page.getByRole('heading', { name: 'Incidents' }).waitFor();
}
const address = (): string => decodeURIComponent(new URL(page.url()).hash);
const incident = (name: RegExp) => page.getByRole('region', { name: 'Incidents' }).getByRole('button', { name });
const drawer = () => page.getByRole('complementary', { name: 'Cell' });
const why = () => drawer().getByRole('region', { name: 'Why' });
/** Signs of the line that is drawn in the colour of the text, on the chart. */
const inkOnChart = () =>
  page.evaluate(() => {
    const canvas = document.querySelector('canvas');
    const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let count = 0;
    for (let at = 0; at + 3 < pixels.length; at += 4) {
      if (pixels[at + 3] === 255 && Math.max(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0) < 60)
        count += 1;
    }
    return count;
  });

test('an incident leads to its cells, and a cell to its causes, by mouse', async () => {
  await open('plain');
  await incident(/^The pushes of 14 May 03:00–07:00 UTC are missing/).click();
  await page.getByText('10 of 300 rows').waitFor();
  expect(address()).toMatch(/incident="?2026-05\/missed_push\/315-319/);
  await page.getByText('40 meter events for 9 customers.').waitFor();
  await page.getByRole('button', { name: 'Look inside' }).click();
  await page.getByText(/"identifier":"tieout-2026-05-03"/).waitFor();
  await page.getByRole('button', { name: 'Write the file' }).click();
  await page.getByText(/exports\/2026-05-missed-push-events\.jsonl/).waitFor();

  await page.getByRole('button', { name: 'Go to its 10 cells' }).click();
  await page.getByRole('row').filter({ hasText: 'Ember Telecom' }).first().click();
  await why()
    .getByRole('row', { name: /^Left unexplained 0/ })
    .waitFor();
  await why().getByText('One of 10 cells').waitFor();
  await why().getByText('4 meter events for 1 customer.').waitFor();
  const third = drawer().getByRole('checkbox', { name: 'What Stripe would hold if this were true' });
  await expect.poll(inkOnChart).toBeGreaterThan(10);
  await third.uncheck();
  await expect.poll(inkOnChart).toBe(0);
  await drawer().locator('summary', { hasText: 'Table of hours' }).click();
  await drawer().getByRole('columnheader', { name: 'If true' }).waitFor();

  await page.getByRole('row').filter({ hasText: 'Lakeshore' }).first().click();
  await why().getByText('with rounding').waitFor();
  await why()
    .getByRole('row', { name: /^Missed push/ })
    .waitFor();
  await why()
    .getByRole('row', { name: /^Rounding/ })
    .waitFor();

  await page.getByRole('button', { name: /^Incident: Missed push/ }).click();
  await page.getByText('300 rows', { exact: true }).waitFor();
});

test('the same without a mouse, to the cell that nobody can explain', async () => {
  await open('plain');
  await page.keyboard.press('i');
  const held = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  await expect.poll(held).toContain('14 May 03:00');
  await page.keyboard.press('ArrowDown');
  await expect.poll(held).toContain('are late');
  await page.keyboard.press('Enter');
  await page.getByText('6 of 300 rows').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('300 rows', { exact: true }).waitFor();
  for (const next of ['more than once', 'leads to no customer', 'unexplained']) {
    await page.keyboard.press('ArrowDown');
    await expect.poll(held).toContain(next);
  }
  await page.keyboard.press('Enter');
  await page.getByText('1 of 300 rows').waitFor();
  await page.locator('[data-cells]').focus();
  await page.keyboard.press('Enter');
  await why().getByText('What comes nearest, best first').waitFor();
  await why().getByRole('listitem').filter({ hasText: 'Refused by Stripe' }).waitFor();
  expect(
    await drawer()
      .getByRole('checkbox', { name: /if this were true/ })
      .count(),
  ).toBe(0);
});

test('many come in parts; names of any script stand in a sentence without turning it round', async () => {
  await open('names');
  const rows = page.locator('[data-incident]');
  await expect.poll(() => rows.count()).toBe(6);
  await page.getByRole('button', { name: 'Show 3 more of 8' }).click();
  await expect.poll(() => rows.count()).toBe(9);
  const row = incident(/stands at the other/)
    .filter({ hasText: 'חברת' })
    .first();
  const bdi = row.locator('bdi');
  await bdi.waitFor();
  expect(await bdi.evaluate((element) => getComputedStyle(element).direction)).toBe('ltr');
  await row.click();
  await page.getByText('1 of 300 rows').waitFor();
  await page.locator('[data-cells]').focus();
  await page.keyboard.press('Enter');
  const half = why().getByText('The other half').locator('bdi');
  await half.waitFor();
  expect(await half.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
});

test('where the incidents cannot be told, the figures and the cells stand', async () => {
  host = await startFixtureHost('plain');
  host.controls.areIncidentsFailing = true;
  await page.goto(`${host.url}/#/months/2026-05`);
  const alert = page.getByRole('alert');
  await alert.getByText('only what they have in common cannot be shown').waitFor();
  await page.getByText('300 rows', { exact: true }).waitFor();
  await page.getByRole('row').filter({ hasText: 'Ember Telecom' }).first().click();
  await why().getByText('Its hours could not be looked at again').waitFor();
  await why().getByText('4 of 720 hourly pushes are absent').waitFor();
  host.controls.areIncidentsFailing = false;
  await alert.getByRole('button', { name: 'Try again' }).click();
  await incident(/^The pushes of 14 May/).waitFor();
});

test('a month without drift says so in a line, and one with too much what was not looked at', async () => {
  host = await startFixtureHost('plain');
  await page.goto(`${host.url}/#/months/2026-01`);
  await page.getByText('No incidents: no cell is off.').waitFor();
  await host.close();
  await open('million');
  await page.getByText(/^1,204 more cells drift and were not looked at/).waitFor();
});
