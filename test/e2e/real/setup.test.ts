import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StripeSandbox, startStripeSandbox } from '../../../main/sandbox/stripe/server.ts';
import { HOUR_MS, instant } from '../../../shared/values/instant.ts';
import { addMonths, monthOf, monthPeriod } from '../../../shared/values/period.ts';
import { startEngine, type TestEngine } from '../../main/sources/clickhouse/engine.ts';
import { launchBrowser } from '../browser.ts';
import { type Scratch, type Served, scratch, serve } from './running.ts';

// From an empty folder to a month that is tied out, by the keyboard and the mouse of somebody who has never done it.

const NOW = instant(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
const MONTH = addMonths(monthOf(NOW), -1);
const PERIOD = monthPeriod(MONTH);
const PASSWORD = 'p-only-in-the-environment';

let files: Scratch;
let engine: TestEngine;
let sandbox: StripeSandbox;
let served: Served;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  files = scratch();
  [engine, sandbox] = await Promise.all([
    startEngine({ users: [{ name: 'tieout_ro', password: PASSWORD, readonly: 2 }] }),
    startStripeSandbox({ clock: NOW }),
  ]);
  await engine.run(
    'CREATE TABLE usage_events (id String, workspace_id String, created_at DateTime, quantity UInt64) ENGINE = MergeTree ORDER BY created_at',
  );
  const at = (hour: number) => instant(PERIOD.from + hour * HOUR_MS + 60_000);
  const text = (hour: number): string => new Date(at(hour)).toISOString().slice(0, 19).replace('T', ' ');
  await engine.insert('usage_events', [
    { id: '1', workspace_id: 'ws_1', created_at: text(30), quantity: '1200' },
    { id: '2', workspace_id: 'ws_1', created_at: text(31), quantity: '300' },
    { id: '3', workspace_id: 'ws_2', created_at: text(40), quantity: '70' },
    { id: '4', workspace_id: 'WS_2', created_at: text(41), quantity: '1' },
  ]);
  const start = instant(PERIOD.from);
  sandbox.seed({
    customers: [
      { id: 'cus_1', name: 'Globex GmbH', metadata: { workspace_id: 'ws_1' } },
      { id: 'cus_2', name: 'Initech', metadata: { workspace_id: 'ws_2' } },
    ],
    products: [{ id: 'prod_1', name: 'Calls' }],
    meters: [{ id: 'mtr_1', eventName: 'api_calls', formula: 'sum' }],
    prices: [{ id: 'price_1', product: 'prod_1', meter: 'mtr_1', unitAmount: '0.5' }],
    subscriptions: ['1', '2'].map((n) => ({
      id: `sub_${n}`,
      customer: `cus_${n}`,
      start,
      items: [{ id: `si_${n}`, price: 'price_1' }],
    })),
  });
  const push = (customerId: string, hour: number, value: string) => ({
    meterId: 'mtr_1',
    customerId,
    timestamp: at(hour),
    receivedAt: at(hour),
    value,
  });
  sandbox.load([push('cus_1', 30, '1200'), push('cus_1', 31, '300'), push('cus_2', 40, '70')]);
  served = await serve(null, {
    state: join(files.folder, 'state'),
    env: { CLICKHOUSE_PASSWORD: PASSWORD },
  });
  browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  await page.goto(served.url);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await served?.stop();
  await Promise.all([engine?.stop(), sandbox?.stop()]);
  files?.remove();
});

const press = (name: string | RegExp) => page.getByRole('button', { name }).click();

test('from an empty folder, through the setup, to a month that is tied out', async () => {
  const folder = join(files.folder, 'books', 'acme');
  await page.getByRole('link', { name: 'New workspace' }).click();
  await page.getByRole('heading', { name: 'A folder and a name' }).waitFor();
  await page.getByLabel('Folder', { exact: true }).fill(folder);
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('acme');
  await page.getByText(`${folder} is made with the last step.`).waitFor();
  await page.keyboard.press('Enter');
  if (await page.getByRole('heading', { name: 'A folder and a name' }).isVisible()) await press('Continue');

  // ClickHouse: an address that nobody answers at, then the right one; its password is in the environment.
  await page.getByLabel('Address').fill('http://127.0.0.1:1');
  await page.getByLabel('User', { exact: true }).fill('tieout_ro');
  await page.getByText('is set in the environment').waitFor();
  await press('Test the connection');
  await page.getByText('ClickHouse does not work yet.').waitFor();
  await page.getByLabel('Address').fill(engine.server.url);
  await page.keyboard.press('Enter');
  await page.getByText('readonly = 2: reads only').waitFor();
  await press('Continue');

  // Stripe: the key is typed, for it is not in the environment.
  await page.getByText('STRIPE_API_KEY', { exact: true }).waitFor();
  await page.getByLabel('Value of STRIPE_API_KEY').fill(sandbox.keys.restricted);
  await press('Use until Tieout ends');
  await page.getByText('is kept until Tieout ends').waitFor();
  await page.getByText('Another address than Stripe’s own').click();
  await page.getByLabel('Address (empty: Stripe)').fill(sandbox.url);
  await press('Test the key');
  await page.getByText('restricted, test mode').waitFor();
  await press('Continue');

  // It can be left and gone on with; tests are run again, what was typed is there.
  await page.goto(`${new URL(served.url).origin}/#/home`);
  await page.reload();
  await page.getByRole('link', { name: 'Go on with the new workspace' }).click();
  await page.getByRole('button', { name: 'ClickHouse' }).click();
  expect(await page.getByLabel('Address').inputValue()).toBe(engine.server.url);
  await press('Test the connection');
  await press('Continue');
  await press('Test the key');
  await press('Continue');

  // Customers: table, column and rule are found; the id that differs in case is shown with its neighbour.
  expect(await page.getByLabel('Table with usage').inputValue()).toBe('usage_events');
  await press('Try the rule');
  await page.getByText('2 of 3 usage ids find their customer.').waitFor();
  await page.getByRole('row', { name: /WS_2 differs only in case or spacing from ws_2 of Initech/ }).waitFor();
  await press('Continue');

  // The first meter comes filled in from the names and types of the table.
  expect(await page.getByLabel('Key', { exact: true }).inputValue()).toBe('api_calls');
  await page.getByLabel('Unit, as it is billed').fill('calls');
  await page.getByText('FROM `usage_events`').first().waitFor();
  expect(existsSync(folder)).toBe(false);
  await press('Continue');

  await page.getByText('tieout.yaml, as it will be written').waitFor();
  await press(/^Write tieout.yaml and pull/);
  await page
    .getByText(/1 (cell does|of 3 cells) not tie out|1 of 3 cells/)
    .first()
    .waitFor({ timeout: 60_000 });
  expect(page.url()).toContain(`/months/${MONTH}`);
  await page.getByRole('row').filter({ hasText: 'WS_2' }).first().waitFor();

  const text = readFileSync(join(folder, 'tieout.yaml'), 'utf8');
  expect(text).toContain('match: metadata.workspace_id');
  expect(text).not.toContain(PASSWORD);
  expect(text).not.toContain(sandbox.keys.restricted);
}, 120_000);

test('the typed key is the workspace’s own: it is listed by name in the settings, and never its value', async () => {
  await page.goto(`${new URL(served.url).origin}/#/settings`);
  const secrets = page.getByRole('region', { name: 'Secrets' });
  await secrets.getByText('is kept until Tieout ends').waitFor();
  await secrets.getByText('is set in the environment').waitFor();
  expect(await page.content()).not.toContain(sandbox.keys.restricted);
});
