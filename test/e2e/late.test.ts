import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser, openWindow } from './browser.ts';
import type { Variant } from './fixture/api.ts';
import { type FixtureHost, startFixtureHost } from './fixture/host.ts';

let browser: Browser;
let context: BrowserContext;
let page: Page;
let hosts: FixtureHost[] = [];

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
  for (const host of hosts) await host.close();
  hosts = [];
});

/** A host of its own for each test: what one decides must not be there for the next. */
async function open(variant: Variant, path: string, sign: string | RegExp): Promise<FixtureHost> {
  const host = await startFixtureHost(variant);
  hosts.push(host);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: host.url });
  await page.goto(`${host.url}/#${path}`);
  await page.getByText(sign).first().waitFor();
  return host;
}
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const address = (): string => decodeURIComponent(new URL(page.url()).hash);
const drawer = () => page.getByRole('complementary', { name: 'Correction' });
const decision = () => drawer().getByRole('region', { name: 'Decision', exact: true });
const hasRows = (): Promise<boolean> =>
  page.evaluate(() => document.activeElement?.hasAttribute('data-lates') === true);

async function openFirst(): Promise<void> {
  await page.locator('[data-lates]:has([role=rowheader])').focus();
  await press('Enter');
  await drawer().getByText('What is to be booked').waitFor();
}
const signAs = (name: string) => page.evaluate((text) => localStorage.setItem('tieout.author', text), name);

describe('late usage of a month', () => {
  test('is reached, walked, opened and left without a mouse', async () => {
    await open('plain', '/invoices/2026-04', '60 invoices');
    await press('g', 'l');
    await page.getByText(/^Usage worth \$[\d,.]+ arrived after Apr 2026 was billed; 25 corrections/).waitFor();
    expect(address()).toBe('#/late/2026-04');
    await openFirst();
    const title = drawer().getByRole('heading', { level: 2 });
    const first = await title.textContent();
    await press('j');
    await expect.poll(() => title.textContent()).not.toBe(first);
    await press('Escape');
    await drawer().waitFor({ state: 'detached' });
    expect(await hasRows()).toBe(true);
    await press('[');
    await page.getByText('Nothing arrived after Mar 2026 was billed.').waitFor();
    await press(']', ']');
    await page.getByText('May 2026 is not billed yet').waitFor();
    await page.getByRole('link', { name: 'Late usage of Apr 2026' }).click();
    await expect.poll(address).toBe('#/late/2026-04');
  });

  test('without a month opens the newest one that has ended', async () => {
    await open('plain', '/months', /do not tie out/);
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Late usage' }).click();
    await expect.poll(address).toBe('#/late/2026-05');
    expect(
      await page
        .getByRole('navigation', { name: 'Pages' })
        .getByRole('link', { name: 'Late usage' })
        .getAttribute('aria-current'),
    ).toBe('page');
  });

  test('says how complete each meter is, and what that rests on', async () => {
    await open('plain', '/late/2026-05', 'How complete usage is');
    const table = page.getByRole('table', { name: /Up to when the usage/ });
    const memory = table.getByRole('row', { name: /^Memory/ });
    await memory.getByText('31 May 02:00 UTC').waitFor();
    await memory.getByText('4\u202f120.5').waitFor();
    await memory.getByText('From 41 pulls, 1,312 settled hours of 3 months.').waitFor({ state: 'attached' });
    await table.getByRole('row', { name: /^Disk/ }).getByText('pulled only once', { exact: true }).waitFor();
  });

  test('is filtered by state, meter and customer, and the address keeps it', async () => {
    await open('plain', '/late/2026-04', '43 rows');
    const filters = page.getByRole('search');
    await filters.getByRole('button', { name: /^To decide/ }).click();
    await page.getByText('25 of 43 rows').waitFor();
    expect(address()).toContain('undecided');
    await filters.getByRole('button', { name: 'Clear' }).click();
    await filters.getByRole('button', { name: 'Meter' }).click();
    await page.getByRole('menuitemcheckbox', { name: /Egress/ }).click();
    await press('Escape');
    await page.getByText(/^\d+ of 43 rows$/).waitFor();
    await page.getByRole('searchbox').fill('nobody of that name');
    await page.getByText('No row passes these filters').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByText('43 rows', { exact: true }).waitFor();
  });

  test('is sorted by a click on a header', async () => {
    await open('plain', '/late/2026-04', '43 rows');
    const header = page.getByRole('columnheader', { name: /^Correction/ });
    await header.getByRole('button').click();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
    await header.getByRole('button').click();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('ascending');
    await expect.poll(() => page.locator('#late-row-0').textContent()).toContain('−');
  });

  test('of several currencies never adds them up', async () => {
    await open('currencies', '/late/2026-04', /KWD/);
    const table = page.getByRole('table', { name: /per currency/ });
    expect(await table.getByRole('rowheader').allTextContents()).toEqual(['USD', 'JPY', 'KWD', 'EUR']);
    expect(
      await page.getByRole('combobox', { name: 'What the map shows' }).locator('option').first().textContent(),
    ).toMatch(/^CPU seconds/);
    await page.getByRole('button', { name: 'KWD', exact: true }).click();
    await page.getByText('9 of 43 rows').waitFor();
    expect(await page.locator('[data-lates] tbody').textContent()).not.toMatch(/JPY|EUR|USD/);
  });

  test('of 100,000 rows is walked to its end', async () => {
    await open('million', '/late/2026-04', '100,000 rows');
    await page.locator('[data-lates]:has([role=rowheader])').focus();
    await press('End');
    await page.locator('#late-row-99999[data-active]').getByRole('rowheader').waitFor();
    expect(await page.locator('[data-lates] tbody tr').count()).toBeLessThan(100);
  });

  test('is exported as either engine books it', async () => {
    await open('plain', '/late/2026-04', '43 rows');
    await press('e');
    await page.getByRole('menuitem', { name: /On the open period/i }).click();
    await page.getByText(/exports\/2026-04-late-delta\.csv/).waitFor();
  });

  test('c copies a row with its exact figures', async () => {
    await open('plain', '/late/2026-04', '43 rows');
    await page.locator('[data-lates]:has([role=rowheader])').focus();
    await press('c');
    await page.getByText(/^Copied the correction of .* with its exact figures/).waitFor();
    expect((await page.evaluate(() => navigator.clipboard.readText())).split('\t')).toHaveLength(15);
  });
});

describe('the columns', () => {
  test('give way to the drawer in a month that was looked at before, too', async () => {
    await open('currencies', '/late/2026-04', '43 rows');
    await press('[');
    await page.getByText('Nothing arrived after Mar 2026 was billed.').waitFor();
    await press(']');
    await page.getByText('43 rows', { exact: true }).waitFor();
    await openFirst();
    await page.getByRole('columnheader', { name: 'Booked' }).waitFor({ state: 'detached' });
    const list = page.locator('[data-lates]');
    const isCut = await list.evaluate((grid) =>
      [...grid.querySelectorAll('th')].some(
        (header) => header.getBoundingClientRect().right > grid.getBoundingClientRect().right + 1,
      ),
    );
    expect(isCut).toBe(false);
  });
});

describe('the map of arrivals', () => {
  const map = () => page.getByRole('application', { name: /^Late usage by day/ });

  test('is walked with the arrow keys, which say what stands there', async () => {
    await open('plain', '/late/2026-04', 'When it arrived');
    await map().focus();
    const said = page.locator('section[aria-labelledby="arrivals"] [aria-live]');
    await expect.poll(() => said.textContent()).toMatch(/^\+\$[\d,.]+ used \d+ Apr, arrived 2 May$/);
    const first = await said.textContent();
    await press('ArrowRight');
    await expect.poll(() => said.textContent()).not.toBe(first);
    await press('ArrowDown');
    await expect.poll(() => said.textContent()).toMatch(/arrived 3 May$/);
  });

  test('stands as a table, too, for money and for each meter', async () => {
    await open('plain', '/late/2026-04', 'When it arrived');
    await page.getByRole('button', { name: 'As a table' }).click();
    const table = page.getByRole('table', { name: /^Late usage by day/ });
    await table.getByText(/^−\$/).waitFor();
    const money = await table.getByRole('row').count();
    await page.getByRole('combobox', { name: 'What the map shows' }).selectOption('egress_gib');
    await page.getByRole('button', { name: 'As a table' }).click();
    await table.getByRole('columnheader', { name: 'GiB' }).waitFor();
    expect(await table.getByRole('row').count()).not.toBe(money);
  });
});

describe('a correction', () => {
  test('shows both engines side by side, with the same total', async () => {
    await open('plain', '/late/2026-04', '43 rows');
    await openFirst();
    const own = drawer().getByRole('region', { name: 'On its own period' });
    const current = drawer().getByRole('region', { name: 'On the open period' });
    await own
      .getByText(/Apr 2026, corrects run \d+/)
      .first()
      .waitFor();
    await current
      .getByText(/^Jun 2026/)
      .first()
      .waitFor();
    const total = async (side: typeof own): Promise<string | null> => side.locator('p').last().textContent();
    expect(await total(own)).toBe(await total(current));
    await drawer().getByRole('button', { name: 'As an invoice carries it' }).click();
    await own
      .getByText(/^1 × adjustment for Apr 2026, corrects run \d+$/)
      .first()
      .waitFor();
    await drawer().getByRole('article', { name: /^Run / }).getByText('ACME-0417').waitFor();
    await drawer()
      .getByRole('table', { name: /by the hour of usage/ })
      .waitFor();
  });

  test('is carried forward with one key, and that is undone', async () => {
    const { controls } = await open('plain', '/late/2026-04', '43 rows');
    await signAs('Ada Lovelace');
    await openFirst();
    const name = (await drawer().getByRole('heading', { level: 2 }).textContent()) ?? '';
    await press('f');
    await decision().getByText('Carried forward', { exact: true }).waitFor();
    await decision()
      .getByText(/^Carried forward by Ada Lovelace/)
      .waitFor();
    await expect.poll(() => page.getByRole('search').textContent()).toContain('To decide24');
    await page.getByText(`Carried forward: ${name}`, { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await decision().getByText('To decide', { exact: true }).waitFor();
    await drawer().getByText('Decision taken back by Ada Lovelace').waitFor();
    expect(controls.calls.get('late.decide')).toBe(2);
  });

  test('asks for a name once', async () => {
    await open('plain', '/late/2026-04', '43 rows');
    await openFirst();
    await press('f');
    const form = drawer().getByRole('form', { name: 'Carry forward' });
    expect(await form.getByRole('button', { name: /^Carry forward/ }).isDisabled()).toBe(true);
    await form.getByRole('textbox', { name: 'Your name' }).fill('Grace');
    await press('Enter');
    await decision()
      .getByText(/^Carried forward by Grace/)
      .waitFor();
    expect(await hasRows()).toBe(true);
    const title = drawer().getByRole('heading', { level: 2 });
    const first = await title.textContent();
    const second = await page.locator('#late-row-0 [role=rowheader]').textContent();
    expect(second).not.toBe(first);
    await press('j');
    await expect.poll(() => title.textContent()).toBe(second);
    await decision().getByText('To decide', { exact: true }).waitFor();
    await press('f');
    await decision()
      .getByText(/^Carried forward by Grace/)
      .waitFor();
  });

  test('is waived with a note only', async () => {
    await open('plain', '/late/2026-04', '43 rows');
    await signAs('Ada Lovelace');
    await openFirst();
    await press('w');
    const form = drawer().getByRole('form', { name: 'Waive' });
    const action = form.getByRole('button', { name: /^Waive/ });
    expect(await action.isDisabled()).toBe(true);
    await page.keyboard.type('Agreed with the customer.');
    await action.click();
    await decision().getByText('“Agreed with the customer.”').waitFor();
    await page.getByRole('searchbox').fill((await drawer().getByRole('heading', { level: 2 }).textContent()) ?? '');
    await page.getByText(/^1 of 43 rows$/).waitFor();
    await page.locator('#late-row-0').filter({ hasText: 'Waived' }).getByRole('img', { name: 'With a note' }).waitFor();
    await decision().getByRole('button', { name: 'Take back' }).click();
    await decision().getByText('To decide', { exact: true }).waitFor();
  });

  test('is marked as invoiced only after that word was typed, for good', async () => {
    await open('plain', '/late/2026-04', '43 rows');
    await signAs('Ada Lovelace');
    await openFirst();
    await press('m');
    const form = drawer().getByRole('form', { name: 'Mark as invoiced' });
    const action = form.getByRole('button', { name: /^Mark as invoiced/ });
    await form.getByRole('textbox', { name: /^Where it was invoiced/ }).fill('ACME-0533');
    await form.getByRole('radio', { name: /On the open period/ }).check();
    await form.getByRole('textbox', { name: /to confirm$/ }).fill('invoice');
    expect(await action.isDisabled()).toBe(true);
    await press('Escape');
    await form.waitFor({ state: 'detached' });
    await press('m');
    await form.getByRole('textbox', { name: /to confirm$/ }).fill('invoiced');
    await press('Enter');
    await decision().getByText('Invoiced', { exact: true }).waitFor();
    await drawer().getByText('Nothing: what was booked is what the usage costs.').waitFor();
    expect(await decision().getByRole('button').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  });

  test('that is another one by now is not decided', async () => {
    const { controls } = await open('plain', '/late/2026-04', '43 rows');
    await signAs('Ada Lovelace');
    await openFirst();
    controls.isLateChanged = true;
    await press('f');
    await decision().getByText('Other usage has arrived since').waitFor();
    await decision().getByText('Nothing was decided.').waitFor();
    await decision().getByText('To decide', { exact: true }).waitFor();
  });

  test('that cannot be said says why, and offers nothing', async () => {
    await open('partial', '/late/2026-04?states=["incomplete"]', /cannot be said what arrived late/);
    await page.locator('[data-lates]:has([role=rowheader])').focus();
    await press('Enter');
    await decision()
      .getByText(/first pulled afterwards/)
      .waitFor();
    expect(await decision().getByRole('button').count()).toBe(0);
  });

  test('that is not there leaves the list as it is', async () => {
    await open('plain', '/late/2026-04?open={"customer":"cus_x","meter":"cpu_seconds"}', '43 rows');
    await drawer()
      .getByText(/Nothing was billed for cus_x/)
      .waitFor();
    await press('Escape');
    await drawer().waitFor({ state: 'detached' });
  });
});
