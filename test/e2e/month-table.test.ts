import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
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

async function open(variant: Variant, path: string): Promise<FixtureHost> {
  const host = hosts.get(variant) ?? (await startFixtureHost(variant));
  hosts.set(variant, host);
  await page.goto(`${host.url}/#${path}`);
  await page.getByRole('rowheader').first().waitFor();
  return host;
}

const table = () => page.getByRole('grid');
const rowCount = () => table().getByRole('rowheader').count();

test('a hundred thousand rows: only those on screen exist, and only their pages are fetched', async () => {
  const host = await open('huge', '/months/2026-05');
  await page.getByText('100,000 rows').waitFor();
  expect(await table().getAttribute('aria-rowcount')).toBe('100001');
  const before = host.controls.calls.get('months.cells') ?? 0;
  await page.locator('[data-cells]:has([role=rowheader])').focus();
  await page.keyboard.press('End');
  await page.locator('#cell-row-99999 [role=rowheader]').waitFor();
  expect(await rowCount()).toBeLessThan(80);
  expect((host.controls.calls.get('months.cells') ?? 0) - before).toBeLessThan(8);
  await page.keyboard.press('Home');
  await page.locator('#cell-row-0 [role=rowheader]').waitFor();
});

test('the row that the keyboard is on is never under the header or the sums', async () => {
  await open('huge', '/months/2026-05');
  await page.locator('[data-cells]:has([role=rowheader])').focus();
  for (let step = 0; step < 30; step += 1) await page.keyboard.press('j');
  const inView = () =>
    page.evaluate(() => {
      const row = document.querySelector('tr[data-active]')?.getBoundingClientRect();
      const head = document.querySelector('[data-cells] thead')?.getBoundingClientRect();
      const foot = document.querySelector('[data-cells] tfoot')?.getBoundingClientRect();
      return (
        row !== undefined &&
        head !== undefined &&
        foot !== undefined &&
        row.top >= head.bottom - 1 &&
        row.bottom <= foot.top + 1
      );
    });
  await expect.poll(inView).toBe(true);
  for (let step = 0; step < 26; step += 1) await page.keyboard.press('k');
  await expect.poll(inView).toBe(true);
});

test('a million rows: the last is a keypress away, the middle a drag, and no row is blank', async () => {
  await open('million', '/months/2026-05');
  await page.getByText('1,000,000 rows').waitFor();
  await page.locator('[data-cells]:has([role=rowheader])').focus();
  await page.keyboard.press('End');
  await page.locator('#cell-row-999999').getByText('Customer 999999').waitFor();
  await expect.poll(rowsFillTheView).toBe(true);
  await page.keyboard.press('k');
  await page.keyboard.press('j');
  await page.locator('tr[data-active]#cell-row-999999').waitFor();
  await page.keyboard.press('Home');
  await page.locator('#cell-row-0').getByText('Customer 0', { exact: true }).waitFor();
  await page.evaluate(() => {
    const scroller = document.querySelector('[data-cells]')?.closest('.overflow-y-auto');
    if (scroller != null) scroller.scrollTop = scroller.scrollHeight / 2;
  });
  await expect.poll(rowsFillTheView).toBe(true);
  const middle = await table().getByRole('rowheader').first().textContent();
  expect(Math.abs(Number(middle?.replace('Customer ', '')) - 500_000)).toBeLessThan(200);
  const before = await rowTop();
  await page.mouse.move(700, 400);
  await page.mouse.wheel(0, 64);
  await expect.poll(async () => Math.abs(before - (await rowTop()) - 64)).toBeLessThan(3);
});

/** Whether rows with text stand without a gap from the header to the sums. */
const rowsFillTheView = () =>
  page.evaluate(() => {
    const head = document.querySelector('[data-cells] thead')?.getBoundingClientRect().bottom ?? 0;
    const foot = document.querySelector('[data-cells] tfoot')?.getBoundingClientRect().top ?? 0;
    const rows = [...document.querySelectorAll('[data-cells] tbody tr')]
      .filter((row) => row.querySelector('[role=rowheader]')?.textContent)
      .map((row) => row.getBoundingClientRect())
      .sort((a, b) => a.top - b.top);
    const isClosed = rows.every((row, index) => index === 0 || Math.abs(row.top - (rows[index - 1]?.bottom ?? 0)) < 1);
    return rows.length > 5 && isClosed && (rows[0]?.top ?? 1e9) <= head + 1 && (rows.at(-1)?.bottom ?? 0) >= foot - 1;
  });

/** Where one row of the middle stands; it is looked up by its number, for others come and go. */
let followed: string | undefined;
const rowTop = () =>
  page
    .evaluate(
      ([kept]) => {
        const rows = [...document.querySelectorAll('[data-cells] tbody tr')];
        const row = rows.find(({ id }) => id === kept) ?? rows[Math.floor(rows.length / 2)];
        return { id: row?.id, top: row?.getBoundingClientRect().top ?? 0 };
      },
      [followed],
    )
    .then(({ id, top }) => {
      followed = id;
      return top;
    });

test('what does not tie out stands first, until the report’s order is asked for', async () => {
  await open('plain', '/months/2026-05');
  const verdicts = () => table().locator('tbody tr td:has(svg)').allTextContents();
  await expect.poll(async () => (await verdicts()).slice(0, 10).some((text) => text.startsWith('Agree'))).toBe(false);
  await page.getByRole('button', { name: /^Off first/ }).click();
  await expect.poll(() => decodeURIComponent(page.url())).toContain('sort=default');
  await page.getByRole('button', { name: /^Off first/ }).waitFor({ state: 'detached' });
});

test('headers sort, and say how', async () => {
  await open('plain', '/months/2026-05');
  const header = page.getByRole('columnheader', { name: /Customer/ }).last();
  await header.getByRole('button').click();
  await expect.poll(() => header.getAttribute('aria-sort')).toBe('ascending');
  await expect.poll(() => table().getByRole('rowheader').first().textContent()).toBe('Alder Bank');
  await header.getByRole('button').click();
  await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
  await header.getByRole('button').click();
  await expect.poll(() => header.getAttribute('aria-sort')).toBe('none');
});

test('filters narrow the rows and the sums with them; the address keeps them', async () => {
  await open('plain', '/months/2026-05');
  const sum = () => table().locator('tfoot').textContent();
  const whole = await sum();
  await page.getByRole('button', { name: /^Structural/ }).click();
  await page.getByText('17 of 300 rows').waitFor();
  expect(await sum()).not.toBe(whole);
  await page.getByRole('search').getByRole('button', { name: 'Verdict' }).click();
  await page.getByRole('menuitemcheckbox', { name: /Over-reported/ }).click();
  await page.getByText('5 of 300 rows').waitFor();
  await page.keyboard.press('Escape');
  await page.getByLabel('Smallest difference in money').fill('1');
  await page.keyboard.press('Enter');
  await expect.poll(() => decodeURIComponent(page.url())).toContain('min="1"');
  await page.reload();
  await page.getByRole('rowheader').first().waitFor();
  expect(await page.getByLabel('Smallest difference in money').inputValue()).toBe('1');
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('300 rows', { exact: true }).waitFor();
});

test('a filter that nothing passes says so', async () => {
  await open('plain', '/months/2026-05');
  await page.getByLabel('Search customers by name or id').fill('nobody at all');
  await page.getByText('No cell passes these filters').waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await page.getByText('300 rows', { exact: true }).waitFor();
});

test('choosing a meter narrows the table to it', async () => {
  await open('plain', '/months/2026-05');
  await page.getByRole('button', { name: /^Egress GiB/ }).click();
  await page.getByText('60 of 300 rows').waitFor();
});

test('export May by keyboard: the filtered rows as a workbook, then the close report', async () => {
  await open('plain', '/months/2026-05?structural=true');
  const menu = page.getByRole('menu');
  await page.keyboard.press('e');
  await menu.waitFor();
  const chosen = () => page.evaluate(() => document.activeElement?.textContent);
  await expect.poll(chosen).toContain('CSV, filtered');
  await page.keyboard.press('ArrowDown');
  await expect.poll(chosen).toContain('Excel workbook, filtered');
  await page.keyboard.press('Enter');
  await page.getByText(/exports\/2026-05-cells\.xlsx/).waitFor();
  await menu.waitFor({ state: 'detached' });
  await page.keyboard.press('e');
  await menu.waitFor();
  await page.keyboard.type('Close report');
  await expect.poll(chosen).toContain('Close report');
  await page.keyboard.press('Enter');
  await page.getByText(/exports\/2026-05-cells\.pdf/).waitFor();
});

test('export says where the file is', async () => {
  await open('plain', '/months/2026-05');
  await page.getByRole('button', { name: /^Export/ }).click();
  await page.getByRole('menuitem', { name: /^CSV/ }).click();
  await page.getByText(/exports\/2026-05-cells\.csv/).waitFor();
});

test('points of a column stand under each other', async () => {
  await open('plain', '/months/2026-05');
  const places = await page.evaluate(() => {
    const cells = [...document.querySelectorAll('[data-cells] tbody tr td:nth-child(3) .fraction-slot')];
    return [...new Set(cells.map((cell) => Math.round(cell.getBoundingClientRect().left)))];
  });
  expect(places).toHaveLength(1);
});
