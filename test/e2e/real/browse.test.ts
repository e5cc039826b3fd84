import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BILLING_WORDS, isBilledWrong } from '../../../renderer/format/billing-words.ts';
import { formatAmount } from '../../../renderer/format/money.ts';
import { formatDifference, formatPercent, formatQuantity } from '../../../renderer/format/number.ts';
import { CAUSE_WORDS, customerLabel, meterLabel, VERDICT_WORDS } from '../../../renderer/format/words.ts';
import type { CellRow, CellsWindow, MoneyRow } from '../../../shared/contract/schemas.ts';
import { compare, parseDecimal } from '../../../shared/values/decimal.ts';
import { launchBrowser, openWindow, violations } from '../browser.ts';
import { type Scratch, type Served, sampleWorkspace, scratch, serve, tieout } from './running.ts';

// The application as a person has it: the sample workspace, `tieout serve`, a browser. Nothing is a stand-in.

type Reconciliation = {
  readonly rows: readonly CellRow[];
  readonly incidents: readonly { readonly id: string; readonly code: string; readonly cells: number }[];
  readonly totals: { readonly structural: number; readonly money: readonly MoneyRow[] };
};

let files: Scratch;
let folder: string;
let served: Served;
let browser: Browser;
let session: Awaited<ReturnType<BrowserContext['storageState']>>;
let context: BrowserContext;
let page: Page;
let may: Reconciliation;

beforeAll(async () => {
  files = scratch();
  folder = await sampleWorkspace(files.folder);
  served = await serve(folder, { state: join(files.folder, 'state') });
  browser = await launchBrowser();
  may = JSON.parse((await tieout(['reconcile', folder, '--month', '2026-05', '--json'])).stdout) as Reconciliation;
  const first = await browser.newContext();
  const opened = await (await first.newPage()).goto(served.url);
  expect(opened?.status()).toBe(200);
  session = await first.storageState();
  await first.close();
});
afterAll(async () => {
  await browser?.close();
  await served?.stop();
  files.remove();
});
beforeEach(async () => {
  context = await openWindow(browser, { storageState: session, viewport: { width: 1920, height: 1080 } });
  page = await context.newPage();
});
afterEach(() => context.close());

const origin = (): string => new URL(served.url).origin;
const open = async (path: string, sign: string | RegExp): Promise<void> => {
  await page.goto(`${origin()}/#${path}`);
  await page.getByText(sign).first().waitFor();
};
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const address = (): string => decodeURIComponent(new URL(page.url()).hash);
const drawer = () => page.getByRole('complementary', { name: 'Cell' });
const rowsOfTable = () => page.locator('[data-cells] tbody tr');
const count = (rows: readonly unknown[]): string => String(rows.length);

/** A question to the contract, asked from the page itself. */
const ask = <T>(path: string, input: unknown): Promise<T> =>
  page.evaluate(
    async ([name, text]) => {
      const answer = await fetch(`/trpc/${name}?input=${encodeURIComponent(text ?? '')}`);
      return (await answer.json()).result.data;
    },
    [path, JSON.stringify(input)],
  );

/** Rows that the table moves by with a page key: fewer than it renders, so that none is passed over. */
const PAGE_KEY_ROWS = 15;

/** Every row that the table shows, read while it is scrolled from its top to its end. */
async function readTable(total: number): Promise<readonly (readonly string[])[]> {
  const seen = new Map<number, readonly string[]>();
  /** Reads what is on screen. @returns whether all of it had arrived */
  const readRows = async (): Promise<boolean> => {
    const shown = await rowsOfTable().evaluateAll((rows) =>
      rows.map((row) => ({
        index: Number(row.id.replace('cell-row-', '')),
        isHere: row.querySelector('.skeleton') === null,
        texts: [...row.children].map((cell) => cell.textContent ?? ''),
      })),
    );
    for (const { index, isHere, texts } of shown) if (isHere) seen.set(index, texts);
    return shown.length > 0 && shown.every(({ isHere }) => isHere);
  };
  await page.locator('[data-cells]:has([role=rowheader])').focus();
  await press('Home');
  for (let active = 0; ; active = Math.min(active + PAGE_KEY_ROWS, total - 1)) {
    await page.locator(`#cell-row-${active}[data-active]`).waitFor();
    await expect.poll(readRows).toBe(true);
    if (active === total - 1) break;
    await press('PageDown');
  }
  return [...seen.entries()].sort(([a], [b]) => a - b).map(([, texts]) => texts);
}

/** What a row of the report must look like on screen. */
function shownAs(row: CellRow): readonly string[] {
  const { money } = row;
  const isNothing = money?.difference != null && /^-?0(\.0*)?$/.test(money.difference);
  const difference =
    money === null
      ? '–'
      : `${isNothing || money.difference === null ? '' : `${money.currency.toUpperCase()}`}${formatAmount(money.difference, money.currency, true)}`;
  return [
    customerLabel(row),
    meterLabel(row.meter),
    formatQuantity(row.measured),
    formatQuantity(row.metered),
    formatDifference(row.drift?.absolute ?? null),
    formatPercent(row.drift?.relative ?? null),
    `${VERDICT_WORDS[row.verdict].word}${billingMark(row)}`,
    row.cause === null ? (VERDICT_WORDS[row.verdict].tone === 'agree' ? '' : '–') : CAUSE_WORDS[row.cause.code],
    difference,
  ];
}

/** The mark beside the verdict, where an invoice charges something else. */
function billingMark({ billing }: CellRow): string {
  if (billing === null || !isBilledWrong(billing.verdict)) return '';
  const { word, meaning } = BILLING_WORDS[billing.verdict];
  return `${word}: ${meaning}`;
}

/** Texts side by side without the spaces, which are a matter of layout. */
const tight = (...texts: readonly (string | null)[]): string => texts.join('|').replaceAll(/\s/g, '');

test('the address opens the application once', async () => {
  const stranger = await browser.newContext();
  const refused = await (await stranger.newPage()).goto(served.url);
  expect(refused?.status()).toBe(403);
  const bare = await (await stranger.newPage()).goto(origin());
  expect(bare?.status()).toBe(403);
  await stranger.close();
  await open('/months', /do not tie out/);
  expect(page.url()).not.toContain('token');
});

test('Months shows the three months of the sample and how each stands', async () => {
  await open('/months', '3 of 3 months do not tie out, the newest is May 2026.');
  const { structural } = may.totals;
  const head = (month: string) => page.getByRole('columnheader').filter({ hasText: month });
  for (const month of ['Mar 2026', 'Apr 2026', 'May 2026']) {
    expect(await head(month).textContent()).toMatch(/\d+ cells off/);
  }
  expect(await head('May 2026').textContent()).toContain(`${structural} cells off`);
  expect(await page.locator('[data-square]').count()).toBeGreaterThanOrEqual(15);
  await page.getByRole('button', { name: /Active keys, May 2026/ }).click();
  await page.getByRole('heading', { name: 'May 2026' }).waitFor();
  expect(address()).toContain('active_keys');
});

test('every row on screen is the row of the report, to the last digit', async () => {
  await open('/months/2026-05', 'By customer');
  await page.getByText(`${count(may.rows)} rows`, { exact: true }).waitFor();
  expect(await rowsOfTable().count()).toBeLessThan(80);
  const shown = await readTable(may.rows.length);
  const expected = may.rows.map((row) => tight(...shownAs(row)));
  expect(shown.map((texts) => tight(...texts)).sort()).toEqual([...expected].sort());

  const windows: CellRow[] = [];
  for (let offset = 0; offset < may.rows.length; offset += 100) {
    const request = {
      month: '2026-05',
      filter: {},
      sort: { by: 'concern', direction: 'ascending' },
      offset,
      limit: 100,
    };
    windows.push(...(await ask<CellsWindow>('months.cells', request)).rows);
  }
  const key = (row: CellRow): string => JSON.stringify([row.meter, row.customer, row.usageId]);
  const byKey = (rows: readonly CellRow[]): readonly CellRow[] => [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  expect(byKey(windows)).toEqual(byKey(may.rows));
  const ordered = shown.map((texts) => tight(...texts));
  expect(ordered).toEqual(windows.map((row) => tight(...shownAs(row))));
});

test('the sums on screen are those of the report', async () => {
  await open('/months/2026-05', 'By customer');
  await page.getByText(`${may.totals.structural} of ${count(may.rows)} cells do not tie out`).waitFor();
  const totals = page.getByRole('table', { name: 'Totals of the month per currency' });
  const footer = tight(await page.locator('[data-cells] tfoot').textContent());
  expect(may.totals.money.length).toBeGreaterThan(1);
  for (const { currency, measured, metered, difference } of may.totals.money) {
    const row = totals.getByRole('row', { name: new RegExp(`^${currency}`, 'i') });
    expect(await row.getByRole('cell').first().textContent()).toBe(formatAmount(measured, currency));
    expect(await row.getByRole('cell').nth(1).textContent()).toBe(formatAmount(metered, currency));
    expect(footer).toContain(formatAmount(difference, currency, true).replace(/^[+−]/, ''));
  }
});

test('filter, search and sort narrow and order the rows of the report', async () => {
  await open('/months/2026-05', 'By customer');
  await page.getByRole('button', { name: /^Structural/ }).click();
  const structural = may.rows.filter((row) => row.structural);
  await page.getByText(`${count(structural)} of ${count(may.rows)} rows`).waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();

  await page.getByLabel('Search customers by name or id').fill('Globex');
  const globex = may.rows.filter((row) => row.name?.includes('Globex'));
  expect(globex.length).toBeGreaterThan(0);
  await page.getByText(`${count(globex)} of ${count(may.rows)} rows`).waitFor();
  await expect.poll(() => rowsOfTable().getByRole('rowheader').allTextContents()).toEqual(globex.map(customerLabel));
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText(`${count(may.rows)} rows`, { exact: true }).waitFor();

  const header = page.getByRole('columnheader', { name: /^Diff/ }).last();
  await header.getByRole('button').click();
  await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
  const [largest] = may.rows
    .filter((row) => row.money?.difference != null)
    .sort((a, b) => compare(parseDecimal(b.money?.difference ?? '0'), parseDecimal(a.money?.difference ?? '0')));
  expect(largest).toBeDefined();
  if (largest === undefined) return;
  await expect
    .poll(async () => tight(...(await rowsOfTable().first().locator('> *').allTextContents())))
    .toBe(tight(...shownAs(largest)));
});

test('the last row is a keypress away, and only the rows on screen exist', async () => {
  await open('/months/2026-05', 'By customer');
  await page.locator('[data-cells]:has([role=rowheader])').focus();
  await press('End');
  await page
    .locator(`#cell-row-${may.rows.length - 1}`)
    .getByRole('rowheader')
    .waitFor();
  expect(await rowsOfTable().count()).toBeLessThan(80);
});

test('a cell opens beside the table by keyboard and by mouse, and follows the keyboard', async () => {
  await open('/months/2026-05?structural=true', 'By customer');
  await page.getByText(/of 310 rows/).waitFor();
  const names = await rowsOfTable().getByRole('rowheader').allTextContents();
  await page.locator('[data-cells]:has([role=rowheader])').focus();
  await press('j', 'Enter');
  const heading = drawer().getByRole('heading', { level: 2 });
  await expect.poll(() => heading.textContent()).toBe(names[1]);
  await press('j');
  await expect.poll(() => heading.textContent()).toBe(names[2]);
  await press('k', 'k');
  await expect.poll(() => heading.textContent()).toBe(names[0]);
  await press('Escape');
  await drawer().waitFor({ state: 'detached' });

  await rowsOfTable().nth(2).click();
  await expect.poll(() => heading.textContent()).toBe(names[2]);
  await drawer().getByRole('button', { name: 'Close (esc)' }).click();
  await drawer().waitFor({ state: 'detached' });
});

test('the page of a cell has its chart, its hours, its cause and where it came from', async () => {
  await open('/months/2026-05', 'By customer');
  await page.getByLabel('Search customers by name or id').fill('Globex');
  const globex = may.rows.filter((candidate) => candidate.name?.includes('Globex'));
  await page.getByText(`${count(globex)} of ${count(may.rows)} rows`).waitFor();
  const row = globex.find((candidate) => candidate.structural);
  expect(row?.cause).not.toBeNull();
  if (row?.cause == null) return;
  await page
    .getByRole('row')
    .filter({ hasText: meterLabel(row.meter) })
    .filter({ hasText: VERDICT_WORDS[row.verdict].word })
    .first()
    .click();
  await drawer().getByRole('link', { name: 'Open as a page' }).click();
  await page.getByRole('heading', { level: 1, name: customerLabel(row) }).waitFor();
  await page.locator('canvas').first().waitFor();
  const hours = page.getByRole('region', { name: 'Hours' });
  expect(await hours.getByRole('row').count()).toBeGreaterThan(1);
  await page.getByText(row.cause.evidence).waitFor();
  const numbers = page.getByRole('table', { name: /^Measured, metered, drift and billed/ });
  for (const [word, text] of [
    ['Measured', formatQuantity(row.measured)],
    ['Metered', formatQuantity(row.metered)],
    ['Drift', formatDifference(row.drift?.absolute ?? null)],
  ] as const) {
    const cells = numbers.getByRole('row', { name: new RegExp(`^${word}`) }).getByRole('cell');
    expect(tight(await cells.first().textContent())).toBe(tight(text));
  }
  await page.getByText('Where it came from').waitFor();
  expect(await page.getByRole('region', { name: 'Query' }).textContent()).toMatch(/SELECT[\s\S]+instance_checkpoints/);
  await page.reload();
  await page.getByRole('heading', { level: 1, name: customerLabel(row) }).waitFor();
});

test('the incidents of the month are those of the report, and the file of one is written', async () => {
  await open('/months/2026-05', 'By customer');
  const { incidents } = may;
  const missed = incidents.find(({ id }) => id === '2026-05/missed_push/315-319');
  expect(missed).toBeDefined();
  if (missed === undefined) return;
  const list = page.locator('[data-incident]');
  await list.first().waitFor();
  await page.getByRole('button', { name: `more of ${incidents.length}` }).click();
  await expect.poll(() => list.count()).toBe(incidents.length);
  expect(await list.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-incident')))).toEqual(
    incidents.map(({ id }) => id),
  );
  await page.locator(`[data-incident="${missed.id}"]`).click();
  await page.getByText(`${missed.cells} of ${count(may.rows)} rows`).waitFor();
  await page.getByRole('button', { name: 'Write the file' }).click();
  const name = '2026-05-missed-push-315-319-events.jsonl';
  await page
    .getByRole('status')
    .getByText(new RegExp(`is done: exports/${name}`))
    .waitFor();
  const events = readFileSync(join(folder, 'exports', name), 'utf8')
    .trimEnd()
    .split('\n');
  expect(events).toHaveLength(4);
  expect(new Set(events.map((line) => (JSON.parse(line) as { identifier: string }).identifier)).size).toBe(4);
});

test('the CSV that the screen writes is the file of tieout export, byte for byte', async () => {
  const fromScreen = join(folder, 'exports', '2026-05.csv');
  const fromCommand = join(files.folder, 'command.csv');
  rmSync(fromScreen, { force: true });
  await open('/months/2026-05', 'By customer');
  await page.getByRole('button', { name: /^Export/ }).click();
  await page.getByRole('menuitem', { name: /^CSV/ }).click();
  await page
    .getByRole('status')
    .getByText(/Export to CSV May 2026 is done: exports\/2026-05\.csv/)
    .waitFor();
  expect((await tieout(['export', folder, '--month', '2026-05', '-o', fromCommand])).code).toBe(0);
  const bytes = readFileSync(fromScreen);
  expect(bytes.equals(readFileSync(fromCommand))).toBe(true);
  const download = await page.evaluate(async () => (await fetch('/exports/2026-05.csv')).text());
  expect(download).toBe(bytes.toString('utf8').replace(/^\ufeff/, ''));

  await page.getByRole('button', { name: /^Structural/ }).click();
  await page.getByText(/of 310 rows/).waitFor();
  await page.getByRole('button', { name: /^Export/ }).click();
  await page.getByRole('menuitem', { name: /^CSV, filtered/ }).click();
  await page
    .getByRole('status')
    .getByText(/is done: exports\/2026-05-filtered\.csv/)
    .waitFor();
  const filtered = readFileSync(join(folder, 'exports', '2026-05-filtered.csv'), 'utf8');
  expect(filtered.trimEnd().split('\r\n').length).toBe(may.totals.structural + 1);
});

test('the second pipeline of the sample agrees for as many hours as the command says', async () => {
  const parity = JSON.parse((await tieout(['parity', folder, '--json'])).stdout) as {
    readonly soak: { readonly ready: boolean; readonly cleanHours: number };
  };
  expect(parity.soak.ready).toBe(false);
  const hours = parity.soak.cleanHours;
  await open('/pipelines', `edge has agreed with what is billed for ${hours} of the 24 hours that it needs.`);
  await page.getByRole('search').getByRole('button', { name: 'State' }).click();
  await page.getByRole('menuitemcheckbox', { name: /^Material/ }).click();
  await press('Escape');
  await page.getByText(/^\d of \d+ customers$/).waitFor();
  await page.getByRole('grid').focus();
  await press('Enter');
  const customer = page.getByRole('complementary', { name: 'Customer' });
  await customer.getByRole('region', { name: /^Cause/ }).waitFor();
  await customer.getByText(/hours depart/).waitFor();
});

const SCREENS = [
  { name: 'Home', path: '/home', sign: 'Did we bill exactly what was used?' },
  { name: 'Months', path: '/months', sign: '3 of 3 months do not tie out' },
  { name: 'Month', path: '/months/2026-05', sign: 'By customer' },
  { name: 'Month with a cell', path: '/months/2026-05?structural=true', sign: 'By customer', isWithCell: true },
  { name: 'A month that was not pulled', path: '/months/2026-06', sign: 'Jun 2026 has not been pulled' },
  { name: 'Activity', path: '/activity', sign: 'Past pulls' },
];

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each(SCREENS)('$name, as it really is, is accessible and complains of nothing', async (screen) => {
    await context.close();
    context = await openWindow(browser, { colorScheme, storageState: session });
    page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    await open(screen.path, screen.sign);
    if (screen.isWithCell === true) {
      await rowsOfTable().first().click();
      await drawer().getByText('Table of hours').waitFor();
    }
    await page.waitForTimeout(200);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
