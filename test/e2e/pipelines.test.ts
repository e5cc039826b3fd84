import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openWindow } from './browser.ts';
import type { Variant } from './fixture/api.ts';
import { type FixtureHost, startFixtureHost } from './fixture/host.ts';

let browser: Browser;
let page: Page;
const hosts = new Map<Variant, FixtureHost>();

beforeAll(async () => {
  browser = await launchBrowser();
  const context = await openWindow(browser);
  page = await context.newPage();
});
afterAll(async () => {
  await browser.close();
  for (const host of hosts.values()) await host.close();
});

/** One window for all: from one address to the next nothing is loaded again, and what is open stands in the address. */
async function open(variant: Variant, path: string, sign: string | RegExp): Promise<void> {
  const host = hosts.get(variant) ?? (await startFixtureHost(variant));
  hosts.set(variant, host);
  await page.goto(`${host.url}/#/home`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto(`${host.url}/#${path}`);
  await page.getByText(sign).first().waitFor();
}
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const address = (): string => decodeURIComponent(new URL(page.url()).hash);
const tab = (name: string) => page.getByRole('tab', { name });

describe('parity', () => {
  test('counts down, names the hour in the way, and leads to its customers', async () => {
    await open('plain', '/months', /do not tie out/);
    await press('g', 'p');
    await page.getByText('edge has agreed with what is billed for 17 of the 24 hours that it needs.').waitFor();
    const soak = page.getByRole('region', { name: 'Soak' });
    await soak.getByRole('timer').getByText('in 6 h').waitFor();
    await soak.getByRole('img', { name: '22 of the newest 24 hours are clean' }).waitFor();
    await soak.getByText('31 May 10:00–11:00 UTC is not clean').waitFor();
    await soak.getByRole('button', { name: 'Show its customers' }).click();
    await page.getByRole('button', { name: '31 May 10:00–11:00 UTC', pressed: true }).waitFor();
    expect(address()).toContain('hour=2026-05-31T10:00:00Z');
    await page.getByText('60 of 60 customers').waitFor();
    const top = async (selector: string) => (await page.locator(selector).boundingBox())?.y ?? 0;
    await expect
      .poll(async () => (await top('#parity-row-0')) - (await top('[data-paritys] thead')))
      .toBeGreaterThan(30);
    expect(await top('[data-paritys] thead')).toBeLessThan(140);
    expect(await page.evaluate(() => document.scrollingElement?.scrollTop)).toBe(0);
  });

  test('is filtered, sorted and opened by the keyboard, and the drawer follows', async () => {
    await open('plain', '/pipelines', '60 customers');
    await page.getByRole('search').getByRole('button', { name: 'State' }).click();
    await page.getByRole('menuitemcheckbox', { name: /^Material/ }).click();
    await page.getByRole('menuitemcheckbox', { name: /^Material/, checked: true }).waitFor();
    await press('Escape');
    await page.getByText('5 of 60 customers').waitFor();
    const header = page.getByRole('columnheader', { name: 'Drift' });
    await header.getByRole('button').click();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('grid').focus();
    await press('Enter');
    const drawer = page.getByRole('complementary', { name: 'Customer' });
    await drawer.getByText(/than is billed today, in \d+ hours/).waitFor();
    await drawer.getByRole('region', { name: 'Cause' }).getByText('High confidence').waitFor();
    const first = await drawer.getByRole('heading', { level: 2 }).textContent();
    await press('j');
    await expect.poll(() => drawer.getByRole('heading', { level: 2 }).textContent()).not.toBe(first);
    await press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await press('Escape');
    await page.getByText('60 customers', { exact: true }).waitFor();
  });

  test('has a table of the hours that are not clean', async () => {
    await open('plain', '/pipelines', '60 customers');
    await page.locator('summary', { hasText: 'Table of hours' }).click();
    const table = page.getByRole('table', { name: /by the hour, UTC, newest first/ });
    await table.getByRole('row', { name: /27 May 08:00 Not clean/ }).waitFor();
    await table.getByRole('row', { name: /30 May 02:00 Not checked/ }).waitFor();
    await page.getByRole('checkbox', { name: 'Leave out clean hours' }).uncheck();
    await expect.poll(() => table.getByRole('row').count()).toBe(169);
  });

  test('says what is under alert, and what of a pipeline was never pulled', async () => {
    await open('partial', '/pipelines', /a fault of the pipeline/);
    await page.getByRole('region', { name: 'Soak' }).getByText('1 Jun 03:00–04:00 UTC was not checked').waitFor();
    await page.getByRole('button', { name: 'Pipeline: edge' }).click();
    await page.getByRole('menuitemradio', { name: /^replay/ }).click();
    await page.getByText('Nothing of replay has been pulled').waitFor();
    expect(address()).toContain('replay');
  });
});

test('the rollup lists what is lost, moved or billed twice, and each with its evidence', async () => {
  await open('plain', '/pipelines', '60 customers');
  await tab('Parity').focus();
  await press('ArrowRight');
  await page.getByText('42 of 10\u202f080 buckets do not come out as they were sent.').waitFor();
  await page.getByRole('button', { name: 'Straggler', exact: true }).click();
  await page.getByText('11 of 42 findings').waitFor();
  await page.getByRole('grid').focus();
  await press('Enter');
  const drawer = page.getByRole('complementary', { name: 'Finding' });
  await drawer.getByText('7 samples arrived after the bucket was rolled').waitFor();
  await drawer.getByText(/^ws_\d+:\d+:sandbox_compute_sandbox_overage$/).waitFor();
  await press('Escape');
  await drawer.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Pipeline: edge' }).click();
  await page.getByRole('menuitemradio', { name: /^trial/ }).click();
  await page.getByText('How this pipeline makes events is not described').waitFor();
});

describe('a cutover', () => {
  test('is checked at an instant, on a boundary and off it', async () => {
    await open('plain', '/pipelines', '60 customers');
    await press('3');
    await page.getByText('1 of 6 checks does not hold').waitFor();
    const at = page.getByLabel('Switch at T, UTC');
    expect(await at.inputValue()).toBe('2026-06-01 12:00');
    await at.fill('2026-06-31 12:00');
    await expect.poll(() => at.getAttribute('aria-invalid')).toBe('true');
    await at.fill('2026-06-03 12:20');
    await at.press('Enter');
    await page.getByText('2 of 6 checks do not hold').waitFor();
    await page
      .getByText('The seam can be checked from 3 Jun 13:30 UTC on, once the month was pulled after that.')
      .waitFor();
    await page.getByRole('button', { name: 'Take 3 Jun 13:00' }).click();
    await page.getByRole('heading', { name: 'Switch at 3 Jun 2026 13:00:00 UTC' }).waitFor();
    expect(address()).toContain('2026-06-03T13:00:00Z');
    await page.getByRole('cell', { name: '1780491600' }).waitFor();
  });

  test('in the past shows its seam, and is saved for the file', async () => {
    await open('plain', '/pipelines?view="cutover"&at="2026-05-27T12:00:00Z"', /7 stretches of measured time/);
    const sums = page.getByRole('table', { name: 'What the switch left, in all' });
    await sums.getByRole('row', { name: /^Billed by nobody 7 7 7,032 25.965\.056 GiB-seconds \$216\.35/ }).waitFor();
    await page.getByRole('button', { name: /^Overlaps/ }).click();
    await page.getByText('4 of 11 gaps and overlaps').waitFor();
    await page.getByRole('grid').focus();
    await press('Enter');
    await page.getByRole('complementary', { name: 'Gap or overlap' }).getByText('were billed twice').waitFor();
    await page.getByRole('button', { name: 'Save the report' }).click();
    await page.getByRole('menuitem', { name: /^To read/ }).click();
    await press('g', 'a');
    await page.getByText('Write the report of a cutover').first().waitFor();
  });
});

test('sizes of a reservation are rated, and the cheapest is named', async () => {
  await open('plain', '/pipelines?view="reservation"', 'Which customer, and which sizes?');
  const form = page.getByRole('form', { name: 'Reservation' });
  const fill = (label: string, text: string) => form.getByLabel(label).fill(text);
  await fill('Customer, by usage id', 'ws_0003');
  await fill('To, GB', '40');
  await fill('Reserved, per GB-second', '0.000004');
  await form.getByText('With one price, all three are needed; 0 is a price.').waitFor();
  await fill('Overage, per GB-second', '0.000011');
  await fill('Disk, per GB-second', '0.00000003');
  await form.getByRole('button', { name: 'Rate the sizes' }).click();
  await page.getByText(/^24 GB are cheapest: \$318\.\d\d for the period, with at most 36 GB at once\.$/).waitFor();
  await page.getByRole('row', { name: /^24 cheapest/ }).waitFor();
});
