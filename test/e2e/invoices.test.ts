import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser, openWindow } from './browser.ts';
import type { Variant } from './fixture/api.ts';
import { type FixtureHost, startFixtureHost } from './fixture/host.ts';

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

async function open(variant: Variant, path: string, sign: string | RegExp): Promise<FixtureHost> {
  const host = hosts.get(variant) ?? (await startFixtureHost(variant));
  hosts.set(variant, host);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: host.url });
  await page.goto(`${host.url}/#${path}`);
  await page.getByText(sign).first().waitFor();
  return host;
}
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const address = (): string => decodeURIComponent(new URL(page.url()).hash);
const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const invoice = (place: string): string =>
  `/invoices/2026-05/invoice?customer="cus_${place}Kq"&subscription="sub_${place}Pq"&from="2026-05-01T00:00:00Z"`;
/** An item of the invoice, with its tiers behind it. */
const item = (name: string | RegExp) => page.getByRole('article').getByRole('button', { name });
const rowOf = (text: string | RegExp) => page.getByRole('row').filter({ hasText: text }).first();

describe('the invoices of a month', () => {
  test('are reached, walked, opened and left without a mouse, and the keyboard is where it was', async () => {
    await open('plain', '/months/2026-05', 'By customer');
    await page.getByText('300 rows', { exact: true }).waitFor();
    await press('g', 'i');
    await page.getByText(/invoices differ from Stripe’s/).waitFor();
    expect(address()).toBe('#/invoices/2026-05');
    await page.locator('[role=grid]:has([role=rowheader])').focus();
    await press('j', 'j');
    const name = await page.locator('tr[data-active] [role=rowheader]').textContent();
    await press('Enter');
    await heading(name ?? '').waitFor();
    await page.getByText('How this total came about').waitFor();
    await press('Escape');
    await page.locator('#invoice-row-2[data-active]').waitFor();
    expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-invoices'))).toBe(true);
  });

  test('can be a hundred thousand: only those on screen exist', async () => {
    const host = await open('million', '/invoices/2026-05', '100,000 invoices');
    const before = host.controls.calls.get('invoices.list') ?? 0;
    await page.locator('[role=grid]:has([role=rowheader])').focus();
    await press('End');
    await page.locator('#invoice-row-99999 [role=rowheader]').waitFor();
    expect(await page.getByRole('grid').getByRole('rowheader').count()).toBeLessThan(80);
    expect((host.controls.calls.get('invoices.list') ?? 0) - before).toBeLessThan(8);
  });

  test('narrow by state, text and amount, and the address keeps it', async () => {
    await open('plain', '/invoices/2026-05', '60 invoices');
    await page.getByRole('button', { name: /^Differing/ }).click();
    await page.getByText('7 of 60 invoices', { exact: true }).waitFor();
    await page.getByLabel('Smallest difference in money').fill('10');
    await press('Enter');
    await page.getByText('3 of 60 invoices', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('3 of 60 invoices', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('60 invoices', { exact: true }).last().waitFor();
    await press('/');
    await page.keyboard.type('ACME-2604');
    await page.getByText('1 of 60 invoices', { exact: true }).waitFor();
    await page.keyboard.type('x');
    await page.getByText('No invoice passes these filters').waitFor();
  });

  test('sort by their headers; those that cannot be sorted by are no buttons', async () => {
    await open('plain', '/invoices/2026-05', '60 invoices');
    const header = page.getByRole('columnheader', { name: /^Total/ });
    await header.getByRole('button').click();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
    await header.getByRole('button').click();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('ascending');
    expect(await page.getByRole('columnheader', { name: 'Tax' }).getByRole('button').count()).toBe(0);
  });

  test('of several currencies never add them up', async () => {
    await open('currencies', '/invoices/2026-05', /differ from Stripe’s/);
    const table = page.getByRole('table', { name: /per currency/ });
    expect(await table.getByRole('rowheader').allTextContents()).toEqual(['USD', 'KWD', 'JPY', 'EUR']);
    await page.getByRole('button', { name: 'JPY', exact: true }).click();
    await page.getByText('12 of 60 invoices').waitFor();
    expect(await page.locator('[data-invoices] tbody').textContent()).not.toMatch(/KWD|EUR|USD/);
  });

  test('change month from the menu and with brackets, without leaving the invoices', async () => {
    await open('plain', '/invoices/2026-05', '60 invoices');
    await page.getByRole('button', { name: 'Month: May 2026' }).click();
    await page.getByRole('menuitemradio', { name: 'Mar 2026' }).click();
    await expect.poll(address).toBe('#/invoices/2026-03');
    await page.getByRole('button', { name: 'Month: Mar 2026' }).waitFor();
    await press(']');
    await expect.poll(address).toBe('#/invoices/2026-04');
  });

  test('that cannot be judged say so, with a mark for their notes', async () => {
    await open('partial', '/invoices/2026-05', /cannot be judged yet/);
    await rowOf('Incomplete').getByRole('img', { name: '1 note' }).waitFor();
  });

  test('c copies one with its exact figures', async () => {
    await open('plain', '/invoices/2026-05', '60 invoices');
    await page.locator('[role=grid]:has([role=rowheader])').focus();
    await press('c');
    await page.getByText(/^Copied the invoice of .* with its exact figures/).waitFor();
    expect((await page.evaluate(() => navigator.clipboard.readText())).split('\t')).toHaveLength(17);
  });
});

describe('an invoice', () => {
  test('unfolds its tiers on demand, all of them with u', async () => {
    await open('plain', invoice('0006'), /line by line as Stripe has it/);
    expect(await page.getByText('Flat fee of tier 1').count()).toBe(0);
    await item(/^CPU time/).click();
    await page.getByText('Flat fee of tier 1').waitFor();
    expect(await item(/^CPU time/).getAttribute('aria-expanded')).toBe('true');
    await press('u');
    await page.getByRole('button', { name: /Fold the lines/ }).waitFor();
    await press('u');
    await page.getByText('Flat fee of tier 1').waitFor({ state: 'detached' });
  });

  test('unfolds what differs by itself, and marks it in the margin', async () => {
    await open('plain', invoice('0014'), /1 line differs/);
    await page.getByText(/^at Stripe [\d\s.]+$/).waitFor();
    const sum = rowOf(/^Subtotal/);
    await sum.getByRole('img', { name: 'Differs from Stripe' }).waitFor();
    expect((await sum.textContent())?.replaceAll(/[^\d.+−]/g, '')).toMatch(/\+45\.12$/);
  });

  test('shows a line that Stripe alone has', async () => {
    await open('plain', invoice('0023'), /535\.50 more/);
    await page.getByText('only Stripe has this line').waitFor();
  });

  test('without one of Stripe’s has no second column', async () => {
    await open('plain', invoice('0008'), /Stripe holds none for the period yet/);
    expect(await page.getByRole('columnheader', { name: /At Stripe/ }).count()).toBe(0);
    await page.getByText('Invoice preview').waitFor();
  });

  test('tells step by step how its total came about', async () => {
    await open('plain', invoice('0017'), 'How this total came about');
    const steps = page.getByRole('region', { name: 'How this total came about' });
    await steps.getByText(/of \$500\.00 applied, \$[\d.]+ left/).waitFor();
    await steps.getByRole('button', { name: 'Annual commit 2026' }).click();
    await steps
      .getByText(/^CPU time|^Compute, CPU time/)
      .last()
      .waitFor();
  });

  test('writes yen without decimals and dinars with three', async () => {
    await open('currencies', invoice('0003'), /^This invoice comes to ¥[\d,]+[,;]/);
    await open('currencies', invoice('0004'), /^This invoice comes to KWD\u00a0[\d,]+\.\d{3}[,;]/);
  });

  test('leads to the cell of a line and to the proof, and back again', async () => {
    await open('plain', invoice('0006'), 'Bill to');
    await item(/^CPU time/).click();
    await page.getByRole('link', { name: 'Where this quantity comes from' }).first().click();
    await page.getByText('Price impact').waitFor();
    expect(address()).toContain('/months/2026-05/cell');
    await page.getByRole('link', { name: 'The whole invoice' }).click();
    await page.getByRole('link', { name: 'See the proof' }).click();
    await heading('Engine proof').waitFor();
    await page.getByText('Every finalised line comes out exactly as Stripe billed it').waitFor();
    await page.goBack();
    await page.getByText('Bill to').waitFor();
  });

  test('that is not there leads back', async () => {
    await open('plain', invoice('9999'), /has no invoice of cus_9999Kq/);
    await press('Escape');
    await page.getByText('60 invoices').first().waitFor();
  });
});

describe('the engine proof', () => {
  test('lists lines that differ with the setting that would make them exact', async () => {
    await open('partial', '/proof', /1,247 of 1,284 metered lines/);
    await page.getByRole('button', { name: 'Copy for tieout.yaml' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('rating:\n  rounding: half_even\n');
    await page.getByRole('cell', { name: 'rounding: half_even' }).first().waitFor();
    await page.getByText('Its price was deleted in Stripe and is not in the cache.').waitFor();
    await rowOf('EUR').getByText('billed too much').waitFor();
  });

  test('is narrowed to a month, and the address keeps it', async () => {
    await open('plain', '/invoices/2026-05', '60 invoices');
    await press('g', 'e');
    await page.getByRole('button', { name: 'Service periods: All history' }).click();
    await page.getByRole('menuitemradio', { name: 'Apr 2026' }).click();
    await expect.poll(address).toBe('#/proof?month=2026-04');
    await page.getByText('118 metered').waitFor();
    await press('Escape');
    await page.getByText('60 invoices').first().waitFor();
  });
});

test('the palette finds the invoices of a customer', async () => {
  await open('plain', '/months/2026-05', 'By customer');
  await press('Control+k');
  await page.keyboard.type('Marlowe');
  const found = page.getByRole('group', { name: 'Invoices of May 2026' }).getByRole('option', { name: /Marlowe/ });
  await found.first().click();
  await heading(/Marlowe/).waitFor();
  expect(address()).toMatch(/^#\/invoices\/2026-05\/invoice/);
});

describe('what if a meter had another price', () => {
  const panel = () => page.getByRole('complementary', { name: 'What if' });

  test('a price of the catalog rates the month again, per customer and in total', async () => {
    await open('plain', '/months/2026-05', 'By customer');
    await press('w');
    await panel().waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('SELECT');
    await panel()
      .getByRole('radio', { name: /Volume pilot/ })
      .check();
    await panel()
      .getByText(/^The month comes to \$/)
      .waitFor();
    await panel().getByText('are left out: no subscription on this meter').waitFor();
    await panel().getByRole('button', { name: 'As measured' }).click();
    await expect
      .poll(() => panel().getByRole('button', { name: 'As measured' }).getAttribute('aria-pressed'))
      .toBe('true');
    await panel().getByRole('combobox', { name: 'Meter' }).selectOption('egress_gib');
    await expect.poll(address).toContain('whatIf=egress_gib');
    expect(await panel().getByRole('radio', { checked: true }).count()).toBe(0);
    await panel().getByRole('button', { name: 'Close (esc)' }).click();
    await panel().waitFor({ state: 'detached' });
  });

  test('a pasted price is checked at its place', async () => {
    await open('plain', '/months/2026-05?whatIf="cpu_seconds"', 'A price of your own');
    await panel()
      .getByRole('radio', { name: /A price of your own/ })
      .check();
    const field = panel().getByRole('textbox', { name: 'Price as JSON' });
    await expect.poll(() => field.inputValue()).toContain('"billing_scheme"');
    await panel()
      .getByText(/^The month comes to \$/)
      .waitFor();
    await field.fill('{ "tiers": [ { "up_to": 10 } ] }');
    await panel().getByText('The last tier must be open: give it an up_to of null.').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(
      await panel()
        .getByText(/^The month comes to/)
        .count(),
    ).toBe(0);
    await field.fill('{');
    await panel()
      .getByText(/This is not JSON/)
      .waitFor();
  });

  test('is a command of the palette, and gives the focus back', async () => {
    await open('plain', '/months/2026-05', 'By customer');
    await press('Control+k');
    await page.keyboard.type('what if');
    await page.getByRole('option', { name: /What if a meter/ }).waitFor();
    await press('Enter');
    await panel().waitFor();
    await panel().getByRole('radio').first().focus();
    await press('Escape');
    await panel().waitFor({ state: 'detached' });
  });
});

describe('what is billed of a month', () => {
  test('is said in a sentence that leads to the cells', async () => {
    await open('plain', '/months/2026-05', /^Invoices charge \$[\d,.]+ less than Stripe metered/);
    await page.getByRole('button', { name: 'Show them' }).click();
    await page.getByText(/^\d+ of 300 rows$/).waitFor();
    expect(address()).toContain('line_twice');
    await page
      .getByRole('img', { name: /^Billed twice/ })
      .first()
      .waitFor();
  });

  test('is filtered, and a cell shows its invoice lines', async () => {
    await open('plain', '/months/2026-05', 'By customer');
    await page.getByRole('search').getByRole('button', { name: 'Billed' }).click();
    await page.getByRole('menuitemcheckbox', { name: /Billed twice/ }).click();
    await press('Escape');
    await page.getByText(/^[34] of 300 rows$/).waitFor();
    await page.locator('[data-cells]:has([role=rowheader])').focus();
    await press('Enter');
    const drawer = page.getByRole('complementary', { name: 'Cell' });
    await drawer.getByText('Two invoice lines charge this meter for the same period.').waitFor();
    await drawer.getByRole('table', { name: /What the measured and the metered quantity cost/ }).waitFor();
    expect(
      await drawer
        .getByRole('table', { name: /^Invoice lines/ })
        .getByRole('rowheader')
        .count(),
    ).toBe(2);
  });
});
