import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openSampleSandbox } from '../../../main/sample/sandbox.ts';
import { type EmbeddedClickHouse, startOnUsageFolder } from '../../../main/sandbox/clickhouse/embedded.ts';
import type { StripeSandbox } from '../../../main/sandbox/stripe/server.ts';
import { launchBrowser, openWindow } from '../browser.ts';
import { childrenOf, type Scratch, type Served, sampleWorkspace, scratch, serve, tieout } from './running.ts';

// Pulls as a person starts them: one that is cancelled, one that ends well, and ones that fail on engines that break.

const onLinux = process.platform === 'linux';
let files: Scratch;
let sample: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const servers: Served[] = [];
const engines: EmbeddedClickHouse[] = [];
const sandboxes: StripeSandbox[] = [];

beforeAll(async () => {
  files = scratch();
  sample = await sampleWorkspace(files.folder);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.stop();
  for (const engine of engines) await engine.stop();
  for (const sandbox of sandboxes) await sandbox.stop();
  files.remove();
});
afterEach(() => context?.close());

async function open(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const served = await serve(folder, { state: join(files.folder, 'state'), env });
  servers.push(served);
  context = await openWindow(browser);
  page = await context.newPage();
  await page.goto(served.url);
  await page.goto(`${new URL(served.url).origin}/#/activity`);
  await page.getByRole('heading', { name: 'Past pulls' }).waitFor();
  await page.getByLabel('Month').selectOption('2026-05');
  return served;
}

const startPull = (): Promise<void> => page.locator('form').getByRole('button', { name: 'Pull May 2026' }).click();
const job = () => page.getByRole('listitem').filter({ hasText: 'Pull May 2026' }).first();
const may = async (folder: string, env: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await tieout(['reconcile', folder, '--month', '2026-05', '--json'], env)).stdout;

test('a pull that is cancelled stops at once, leaves no process and no trace in the figures; the next one ends well', async () => {
  const before = await may(sample);
  const served = await open(sample);
  await startPull();
  await job().getByText('Running').waitFor();
  if (onLinux) await expect.poll(() => childrenOf(served.pid)?.length).toBeGreaterThan(0);
  await job()
    .getByText(/ClickHouse|Stripe/)
    .waitFor();
  await page.getByRole('button', { name: 'Cancel Pull May 2026' }).click();
  const asked = performance.now();
  await job().getByText('Cancelled').waitFor();
  // The runner promises 200 ms; the rest is the browser's, on a machine that is busy.
  expect(performance.now() - asked).toBeLessThan(2_000);
  if (onLinux) await expect.poll(() => childrenOf(served.pid)).toEqual([]);
  expect(await may(sample)).toBe(before);

  await startPull();
  await job().getByText('Done').waitFor({ timeout: 100_000 });
  await job()
    .getByText(/[\d,]+ rows · \d+ cells · [\d,]+ requests/)
    .waitFor();
  await page
    .getByRole('row', { name: /May 2026 CPU seconds Stripe Complete · in force/ })
    .first()
    .waitFor();
  if (onLinux) await expect.poll(() => childrenOf(served.pid)).toEqual([]);
  expect(await may(sample)).toBe(before);
});

/** A workspace on servers: the sample's data behind a ClickHouse and a Stripe that this test can break. */
async function onServers(): Promise<{
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly engine: EmbeddedClickHouse;
  readonly sandbox: StripeSandbox;
}> {
  const folder = join(files.folder, 'servers');
  cpSync(sample, folder, { recursive: true });
  const sandbox = await openSampleSandbox(folder);
  sandboxes.push(sandbox);
  const engine = await startOnUsageFolder(join(folder, 'usage'));
  engines.push(engine);
  const yaml = readFileSync(join(folder, 'tieout.yaml'), 'utf8');
  const [head = '', meters = ''] = yaml.split(/^meters:\n/m);
  const [meter = ''] = meters.split(/(?=^ {2}- key: memory)/m);
  writeFileSync(
    join(folder, 'tieout.yaml'),
    `${head.replace(/embedded: .*/, `url: \${TEST_CLICKHOUSE}\n  username: ${engine.username}\n  password: \${TEST_PASSWORD}`)}meters:\n${meter}`,
  );
  for (const name of ['sample.json', 'sample-usage.gz', 'tieout.db']) rmSync(join(folder, name));
  const env = {
    TEST_CLICKHOUSE: engine.url,
    TEST_PASSWORD: engine.password,
    TIEOUT_SAMPLE_KEY: sandbox.keys.restricted,
    TIEOUT_SAMPLE_URL: sandbox.url,
  };
  return { folder, env, engine, sandbox };
}

test('a pull that fails says what happened, what it means and what to do; the figures stay; trying again ends well', async () => {
  const { folder, env, engine, sandbox } = await onServers();
  expect((await tieout(['pull', folder, '--month', '2026-05'], env)).code).toBe(0);
  const before = await may(folder, env);
  expect(JSON.parse(before).rows.length).toBe(62);
  await open(folder, env);

  await engine.setFault({ kind: 'refuse' });
  await startPull();
  const failure = job().getByRole('alert');
  await failure
    .getByText(/ClickHouse at http:\/\/127\.0\.0\.1:\d+ cannot be reached|ClickHouse .*(refused|reach)/)
    .waitFor();
  await failure.getByText(/clickhouse\.unreachable/).waitFor();
  expect(await failure.locator('p').count()).toBe(3);
  expect(await may(folder, env)).toBe(before);
  await page
    .getByRole('link', { name: /May 2026/ })
    .first()
    .click();
  await page.getByText(/of 62 cells do not tie out/).waitFor();
  await page.goBack();
  await engine.setFault(null);

  const faults = sandbox.faults.add({ kind: 'server_error', path: /event_summaries/, times: 100_000 });
  await job().getByRole('button', { name: 'Try again' }).click();
  await failure
    .getByText(/Stripe/)
    .first()
    .waitFor({ timeout: 60_000 });
  await failure
    .locator('code')
    .filter({ hasText: /^stripe\.failed/ })
    .waitFor();
  expect(faults.struck()).toBeGreaterThan(1);
  expect(await may(folder, env)).toBe(before);
  faults.remove();

  await job().getByRole('button', { name: 'Try again' }).click();
  await job().getByText('Done').waitFor({ timeout: 60_000 });
});
