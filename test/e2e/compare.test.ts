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
const drawer = () => page.getByRole('complementary', { name: 'Change' });
const isInRows = (): Promise<boolean> =>
  page.evaluate(() => document.activeElement?.hasAttribute('data-fluxs') === true);

const COMPARISON = '/compare?from="2026-04"&to="2026-05"';
const SENTENCE = /^May 2026 is \$[\d,.]+ (above|below) Apr 2026: mostly /;

describe('compare April with May, and find who moved most', () => {
  test('with the mouse', async () => {
    await open('plain', '/months/2026-05', 'By customer');
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Compare', exact: true }).click();
    await page.getByText(SENTENCE).waitFor();
    expect(address()).toContain('from=2026-04&to=2026-05');
    const movers = page.getByRole('region', { name: 'Top movers in USD' });
    const name = await movers.getByRole('button').first().locator('bdi').textContent();
    await movers.getByRole('button').first().click();
    await drawer()
      .getByRole('heading', { level: 2, name: name ?? '' })
      .waitFor();
    await drawer().getByRole('region', { name: 'How it came about' }).getByText('Usage', { exact: true }).waitFor();
    await drawer()
      .getByText(/became [\d,.]+ .*, at the average price of Apr 2026/)
      .waitFor();
    await drawer().getByRole('link', { name: 'Evidence of May 2026' }).click();
    await page.getByText('Where it came from').waitFor();
    expect(address()).toMatch(/^#\/months\/2026-05\/cell\?/);
    await page.goBack();
    await page.getByText(SENTENCE).waitFor();
  });

  test('without it', async () => {
    await open('plain', '/months/2026-05', 'By customer');
    await press('g', 'c');
    await page.getByText(SENTENCE).waitFor();
    await page.locator('[data-fluxs]').waitFor();
    await press('m');
    await expect.poll(address).toContain('material=true');
    await page.getByText(/^\d+ of \d+ rows$/).waitFor();
    await press('/');
    await press('Enter');
    await press('j', 'Enter');
    const title = drawer().getByRole('heading', { level: 2 });
    const nameOf = (row: number) =>
      page.locator(`#flux-row-${row}`).getByRole('rowheader').locator('bdi').textContent();
    await expect.poll(() => title.textContent()).toBe(await nameOf(1));
    await press('k');
    await expect.poll(() => title.textContent()).toBe(await nameOf(0));
    await drawer().getByRole('table', { name: 'Apr 2026 and May 2026 side by side' }).waitFor();
    await press('Escape');
    await drawer().waitFor({ state: 'detached' });
    expect(await isInRows()).toBe(true);
    await press('Escape');
    await page.getByText(/^\d+ rows$/).waitFor();
    await press('[');
    await page.getByText(/^Apr 2026 is .* Mar 2026/).waitFor();
    expect(address()).toContain('from=2026-03&to=2026-04');
  });
});

describe('a comparison', () => {
  test('is narrowed by a part of the picture, a meter and thresholds, and the address keeps it', async () => {
    await open('plain', COMPARISON, SENTENCE);
    const picture = page.getByRole('region', { name: 'Apr 2026 to May 2026 in USD, part by part' });
    await picture.getByRole('button', { name: 'Price' }).click();
    const count = page.getByText(/^\d+ of \d+ rows$/);
    const priced = await count.textContent();
    await page.getByRole('region', { name: 'By meter in USD' }).getByRole('button', { name: 'Egress GiB' }).click();
    await expect.poll(() => count.textContent()).not.toBe(priced);
    expect(address()).toContain('parts=["price"]&meters=["egress_gib"]');
    await page.getByRole('button', { name: 'Clear' }).click();
    const all = await page.getByRole('button', { name: /^Material \d+/ }).textContent();
    await page.getByTitle('From when on a change is material').click();
    await page.getByLabel('Amount').fill('1000');
    await press('Enter');
    await expect.poll(() => page.getByRole('button', { name: /^Material \d+/ }).textContent()).not.toBe(all);
    expect(address()).toContain('least="1000"');
    await page.reload();
    await page.getByText('1000 and 5 %').waitFor();
  });

  test('without months is that of the two newest ones; its picture stands as a table, too, which sums up', async () => {
    await open('plain', '/compare', SENTENCE);
    expect(address()).toContain('from=2026-04&to=2026-05');
    await page.getByRole('button', { name: 'As a table' }).click();
    const table = page.getByRole('table', { name: /^What made the difference/ });
    const cents = (text: string): number =>
      Math.round(Number(text.replaceAll(/[^\d.−-]/g, '').replace('−', '-')) * 100);
    const figures = (await table.locator('tbody td:last-child').allTextContents()).map(cents);
    const [from = 0, ...rest] = figures;
    const to = rest.pop();
    expect(rest).toHaveLength(7);
    expect(rest.reduce((sum, part) => sum + part, from)).toBe(to);
  });

  test('of several currencies has a section for each, and never adds them up', async () => {
    await open('currencies', COMPARISON, SENTENCE);
    const others = page.getByRole('region', { name: 'Other currencies' });
    expect(await others.locator('summary').count()).toBe(2);
    await others.locator('summary').first().click();
    await others.getByRole('heading', { name: 'Top movers' }).first().waitFor();
    await page.getByRole('button', { name: 'EUR', exact: true }).click();
    await page.getByText(/^\d+ of \d+ rows$/).waitFor();
    expect(await page.locator('[data-fluxs] tbody').textContent()).not.toMatch(/USD|CHF/);
  });

  test('says what is in no figure, and why', async () => {
    await open('partial', COMPARISON, SENTENCE);
    await page.getByText(/^14 cells are in no figure here/).click();
    const table = page.getByRole('table', { name: /^Cells without an amount/ });
    expect(await table.getByRole('row').count()).toBe(15);
    await table.getByText('due, and on no finalised invoice').first().waitFor();
  });

  test('with a month that was not pulled offers to pull it', async () => {
    await open('plain', '/compare?from="2026-05"&to="2026-06"', 'Jun 2026 has not been pulled');
    await page.getByRole('button', { name: 'Pull Jun 2026' }).last().click();
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: /^Activity ?1$/ })
      .waitFor();
    await page.getByRole('button', { name: 'The other way round' }).click();
    await expect.poll(address).toContain('from=2026-06&to=2026-05');
  });

  test('of a million rows is walked to its end', async () => {
    await open('million', COMPARISON, /rows$/);
    await page.locator('[data-fluxs]:has([role=rowheader])').focus();
    await press('End');
    await page.locator('[id^="flux-row-"][data-active]').getByRole('rowheader').waitFor();
    expect(await page.locator('[data-fluxs] tbody tr').count()).toBeLessThan(100);
  });

  test('is exported, a row is copied with its exact figures, and takes a note', async () => {
    await open('plain', COMPARISON, SENTENCE);
    await page.locator('[data-fluxs]:has([role=rowheader])').focus();
    await press('j', 'c');
    await page.getByText(/^Copied the change of .* with its exact figures/).waitFor();
    expect((await page.evaluate(() => navigator.clipboard.readText())).split('\t')).toHaveLength(19);
    await press('e');
    await page.getByText(/exports\/compare-2026-04-2026-05\.csv/).waitFor();
    await page.locator('[data-fluxs]:has([role=rowheader])').focus();
    await press('Enter');
    await drawer().getByRole('region', { name: 'Notes' }).waitFor();
    await press('n');
    await drawer().getByRole('textbox', { name: 'Note', exact: true }).fill('A new cluster went live.');
    await drawer().getByRole('textbox', { name: 'Your name' }).fill('Ada');
    await drawer()
      .getByRole('button', { name: 'Write note' })
      .or(drawer().getByRole('button', { name: 'Explain' }))
      .click();
    await drawer().getByText('A new cluster went live.').waitFor();
  });
});
