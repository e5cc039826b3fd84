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

async function open(variant: Variant, path: string, sign: string | RegExp): Promise<void> {
  host = await startFixtureHost(variant);
  await page.goto(`${host.url}/#${path}`);
  await page.getByText(sign).first().waitFor();
}
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const address = (): string => decodeURIComponent(new URL(page.url()).hash);

test('a meter is found among 200, changed and saved without a mouse', async () => {
  await open('huge', '/months', /do not tie out/);
  await press('g', ',');
  await page.getByText('200 meters in tieout.yaml').waitFor();
  await press('/');
  await page.keyboard.type('meter_17');
  await page.getByText('11 of 200 meters').waitFor();
  await press('ArrowDown', 'j', 'Enter');
  await page.getByRole('heading', { level: 1, name: 'Meter 170' }).waitFor();
  await page.getByLabel('Unit, as it is billed').fill('hours');
  await page.getByText('Not saved yet.').waitFor();
  // A look at another page loses nothing.
  await page.getByLabel('Unit, as it is billed').blur();
  await press('Escape');
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await page.goBack();
  await expect.poll(() => page.getByLabel('Unit, as it is billed').inputValue()).toBe('hours');
  await expect.poll(() => page.getByRole('button', { name: 'Save' }).isEnabled()).toBe(true);
  await page.getByRole('heading', { level: 1 }).click();
  await press('s');
  await page.getByText('Meter 170 is saved in tieout.yaml.').waitFor();
  expect(await page.getByText('Not saved yet.').count()).toBe(0);
});

test('what somebody else changed meanwhile is not overwritten, and what was typed stays', async () => {
  await open('plain', '/settings/meter?key="cpu_seconds"', 'ClickHouse SQL');
  host.controls.isFileChanged = true;
  await page.getByLabel('Unit, as it is billed').fill('seconds');
  const save = page.getByRole('button', { name: 'Save' });
  await expect.poll(() => save.isEnabled()).toBe(true);
  await save.click();
  await page.getByText('tieout.yaml was changed since it was read here; nothing was saved.').waitFor();
  expect(await page.getByLabel('Unit, as it is billed').inputValue()).toBe('seconds');
  host.controls.isFileChanged = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => save.isEnabled()).toBe(true);
  await save.click();
  await page.getByText('CPU seconds is saved in tieout.yaml.').waitFor();
});

test('a meter is removed only by typing its key', async () => {
  await open('plain', '/settings/meter?key="egress_gib"', 'ClickHouse SQL');
  await page.getByRole('button', { name: 'Remove…' }).click();
  const form = page.getByRole('form', { name: 'Remove the meter' });
  const hasFocus = () => form.getByRole('textbox').evaluate((box) => box === document.activeElement);
  await expect.poll(hasFocus).toBe(true);
  const remove = form.getByRole('button', { name: 'Remove' });
  expect(await remove.isEnabled()).toBe(false);
  await page.keyboard.type('egress_gib');
  await expect.poll(() => remove.isEnabled()).toBe(true);
  await press('Enter');
  await page.getByText('Egress GiB is no longer in tieout.yaml.').waitFor();
  expect(await page.getByRole('rowheader', { name: 'Egress GiB' }).count()).toBe(0);
});

test('10,000 customers are walked, and the drawer follows', async () => {
  await open('huge', '/meter?key="cpu_seconds"', '10,000 customers');
  await page.locator('[data-healths]:has([role=rowheader])').focus();
  await press('Enter');
  const drawer = page.getByRole('complementary', { name: 'Customer' });
  await drawer.getByRole('heading', { level: 2, name: 'Customer 0001' }).waitFor();
  await press('j');
  await drawer.getByRole('heading', { level: 2, name: 'Customer 0002' }).waitFor();
  expect(address()).toContain('cus_0002Kq');
  await press('End');
  await page.getByRole('rowheader', { name: 'Customer 10000' }).waitFor();
  await press('Enter');
  await drawer.getByRole('heading', { level: 2, name: 'Customer 10000' }).waitFor();
  await press('Escape');
  expect(await drawer.count()).toBe(0);
  await press('/');
  await page.keyboard.type('0046');
  await page.getByText('of 10,000 customers').waitFor();
});
