import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser, openWindow } from './browser.ts';
import type { Variant } from './fixture/api.ts';
import { type FixtureHost, startFixtureHost } from './fixture/host.ts';

// What docs/stories.md tells and no other suite goes through, by mouse or by keyboard.

let browser: Browser;
let context: BrowserContext;
let page: Page;
const hosts = new Map<Variant, FixtureHost>();

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  for (const host of hosts.values()) await host.close();
});
beforeEach(async () => {
  context = await openWindow(browser);
  page = await context.newPage();
});
afterEach(() => context.close());

async function open(variant: Variant, path: string, sign: string | RegExp): Promise<void> {
  const host = hosts.get(variant) ?? (await startFixtureHost(variant));
  hosts.set(variant, host);
  await page.goto(`${host.url}/#${path}`);
  await page.getByText(sign).first().waitFor();
}
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const address = (): string => decodeURIComponent(new URL(page.url()).hash);
const focused = (): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.textContent ?? null);
const drawer = () => page.getByRole('complementary', { name: 'Cell' });

/** The evidence of Globex’s egress, beside the table and as a page. */
async function readWhyGlobexIsUnderBilled(openPage: () => Promise<unknown>): Promise<void> {
  await drawer().getByRole('heading', { level: 2, name: 'Globex GmbH' }).waitFor();
  await drawer()
    .getByText(/^Stripe holds .* less than/)
    .first()
    .waitFor();
  await openPage();
  await page.getByRole('heading', { level: 1, name: 'Globex GmbH' }).waitFor();
  await page.getByText('Missed push', { exact: true }).first().waitFor();
  await page
    .getByText(/pushes are absent/)
    .first()
    .waitFor();
  await page.getByText('Price impact').first().waitFor();
  await page.getByText('Where it came from').first().waitFor();
}

describe('why Globex is under-billed', () => {
  test('is found with the mouse', async () => {
    await open('plain', '/months', /do not tie out/);
    await page.getByRole('button', { name: /Egress GiB, May 2026/ }).click();
    await page.getByText('6 of 300 rows').waitFor();
    await page.getByRole('row').filter({ hasText: 'Globex GmbH' }).click();
    await readWhyGlobexIsUnderBilled(() => drawer().getByRole('link', { name: 'Open as a page' }).click());
  });

  test('is found without it', async () => {
    await open('plain', '/months', /do not tie out/);
    await press('Control+k');
    await page.locator('[cmdk-input]:focus').waitFor();
    await page.keyboard.type('globex');
    await page
      .getByRole('option', { name: /Globex GmbH/, selected: true })
      .first()
      .waitFor();
    await press('Enter');
    await readWhyGlobexIsUnderBilled(() => press('Alt+Enter'));
  });
});

describe('the invoices of May are exported', () => {
  test('with the mouse, all of them', async () => {
    await open('plain', '/invoices/2026-05', /differ from Stripe’s/);
    await page.getByRole('button', { name: /^Export/ }).click();
    await page.getByRole('menuitem', { name: /one row a line/ }).click();
    await page.getByText(/exports\/2026-05-lines\.csv/).waitFor();
  });

  test('without it, those that the filter leaves', async () => {
    await open('plain', '/invoices/2026-05?states=["differs"]', /differ from Stripe’s/);
    await page.getByText('7 of 60 invoices', { exact: true }).waitFor();
    await press('e');
    const first = page.getByRole('menuitem', { name: /one row an invoice, filtered/ });
    await first.waitFor();
    await expect.poll(focused).toMatch(/one row an invoice, filtered/);
    await press('ArrowDown');
    await expect.poll(focused).toMatch(/one row a line, filtered/);
    await press('Enter');
    await page.getByText(/exports\/2026-05-lines\.csv/).waitFor();
  });
});

test('from an empty folder to the first month without a mouse', async () => {
  await open('closed', '/', 'Did we bill exactly what was used?');
  /** Tabs on until the field or button has the focus. */
  const reach = async (name: string | RegExp, role: 'textbox' | 'button' | 'link' | 'combobox'): Promise<void> => {
    const target = page.getByRole(role, { name, exact: typeof name === 'string' }).first();
    await target.waitFor();
    for (let tabs = 0; tabs < 60; tabs += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await press('Tab');
    }
    throw new Error(`${name} cannot be reached with Tab`);
  };
  const step = async (title: string | RegExp): Promise<void> => {
    await page.getByRole('heading', { level: 2, name: title }).waitFor();
    const isFirst = title === 'A folder and a name';
    if (!isFirst) await expect.poll(focused).toMatch(title);
  };

  await reach('New workspace', 'link');
  await press('Enter');
  await step('A folder and a name');
  await reach('Folder', 'textbox');
  await page.keyboard.type('/home/ada/acme');
  await page.getByText('/home/ada/acme is made with the last step.').waitFor();
  await press('Enter');

  await step(/^ClickHouse/);
  await reach('Address', 'textbox');
  await page.keyboard.type('https://clickhouse.example.com:8443');
  await press('Enter');
  await page.getByText('ClickHouse works, with a warning.').waitFor();
  await press('Enter');

  await step(/^Stripe/);
  await reach('Test the key', 'button');
  await press('Enter');
  await page.getByText('missing, not needed').waitFor();
  await reach('Continue', 'button');
  await press('Enter');

  await step('Whose usage is it');
  await reach('Try the rule', 'button');
  await press('Enter');
  await page.getByText('126 of 128 usage ids find their customer.').waitFor();
  await reach('Continue', 'button');
  await press('Enter');

  await step('The first meter');
  for (const [field, role, text] of [
    ['Key', 'textbox', 'api_calls'],
    ['Unit, as it is billed', 'textbox', 'calls'],
    ['Event name', 'combobox', 'api_calls'],
  ] as const) {
    await reach(field, role);
    await page.keyboard.type(text);
  }
  await page.getByRole('button', { name: 'Continue' }).and(page.locator(':enabled')).waitFor();
  await press('Enter');

  await step('The first month');
  await reach(/^Write tieout.yaml and pull/, 'button');
  await press('Enter');
  await expect.poll(address).toMatch(/^#\/months\/2026-05/);
});
