import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from '@playwright/test';
import { launchBrowser } from './browser.ts';

/**
 * `npm run pictures -- [FOLDER [NAME…]]`: the pictures of the README and of docs/, from the sample workspace as it really is. Without a folder
 * that holds one already, the sample is made anew.
 */
const EXECUTABLE = fileURLToPath(new URL('../../main/tieout.mjs', import.meta.url));
const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));

type Picture = {
  readonly name: string;
  /** Light unless it says otherwise. */
  readonly scheme?: 'light' | 'dark';
  readonly path: string;
  /** Text that shows that the screen has arrived. */
  readonly sign: string | RegExp;
  readonly prepare?: (page: Page) => Promise<void>;
};

/** A cell with four lost pushes, and an invoice of April that lacks two lines. */
const CELL = '/months/2026-05/cell?meter=egress_public_gib&customer=cus_Sample00000001&usageId=ws_globex_gmbh_001';
const INVOICE =
  '/invoices/2026-04/invoice?customer=cus_Sample00000003&subscription=sub_Sample00000003&from=2026-04-01T00:00:00Z';

const chartDrawn = (page: Page): Promise<void> => page.locator('canvas').first().waitFor();

const PICTURES: readonly Picture[] = [
  { name: 'home-light', path: '/home', sign: 'Did we bill exactly what was used?' },
  {
    name: 'new-light',
    path: '/new',
    sign: 'A folder and a name',
    prepare: async (page) => {
      await page.getByLabel('Folder', { exact: true }).fill('/home/ada/acme');
      await page.getByText('/home/ada/acme is made with the last step.').waitFor();
    },
  },
  { name: 'months-light', path: '/months', sign: /do not tie out/ },
  { name: 'month-light', path: '/months/2026-05', sign: 'By customer' },
  { name: 'month-dark', path: '/months/2026-05', sign: 'By customer', scheme: 'dark' },
  { name: 'cell-light', path: CELL, sign: 'Where it came from', prepare: chartDrawn },
  { name: 'cell-dark', path: CELL, sign: 'Where it came from', scheme: 'dark', prepare: chartDrawn },
  {
    name: 'what-if-light',
    path: '/months/2026-05?whatIf="cpu_seconds"',
    sign: 'A price of your own',
    prepare: async (page) => {
      await page.getByRole('radio', { name: /2025/ }).check();
      await page.getByText('In total', { exact: true }).first().waitFor();
    },
  },
  { name: 'close-light', path: '/months/2026-03/close', sign: 'Sign-off and lock' },
  { name: 'compare-light', path: '/compare?from="2026-03"&to="2026-05"', sign: 'What made the difference' },
  { name: 'invoices-light', path: '/invoices/2026-04', sign: /differ from Stripe’s/ },
  { name: 'invoice-light', path: INVOICE, sign: 'Bill to' },
  { name: 'proof-light', path: '/proof', sign: /lines come out exactly/ },
  { name: 'late-light', path: '/late/2026-04?currency="usd"', sign: 'How complete usage is' },
  { name: 'simulate-light', path: '/simulate?id="built-in/invoice-parity"', sign: 'Timeline' },
  { name: 'pipelines-light', path: '/pipelines', sign: 'Pipelines' },
  { name: 'activity-light', path: '/activity', sign: 'Past pulls' },
  { name: 'settings-light', path: '/settings', sign: /in tieout.yaml/ },
  { name: 'appearance-light', path: '/settings/appearance', sign: 'Time zone of moments' },
  { name: 'meter-light', path: '/meter?key="cpu_seconds"', sign: 'Prices that it feeds' },
  { name: 'settings-meter-light', path: '/settings/meter?key="cpu_seconds"', sign: 'ClickHouse SQL' },
  {
    name: 'palette-light',
    path: '/months/2026-05',
    sign: 'By customer',
    prepare: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder(/Search customers/).fill('globex');
      await page
        .getByRole('option', { name: /Globex/ })
        .first()
        .waitFor();
    },
  },
];

const scratch = mkdtempSync(join(tmpdir(), 'tieout-pictures-'));
let server: ChildProcess | null = null;
try {
  const folder = process.argv[2] ?? join(scratch, 'sample');
  if (!existsSync(join(folder, 'tieout.yaml'))) await run(['demo', folder]);
  const { child, url } = await serve(folder);
  server = child;
  await takeAll(url, resolve(folder));
} finally {
  if (server !== null && server.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  rmSync(scratch, { recursive: true, force: true });
}

async function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [EXECUTABLE, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`tieout ${args.join(' ')} ended with code ${code}`);
}

async function serve(folder: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [EXECUTABLE, 'serve', folder, '--json'], {
    env: { ...process.env, TIEOUT_STATE: join(scratch, 'state') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /"url": ?"([^"]+)"/.exec(line)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error('tieout serve printed no address');
}

async function takeAll(url: string, folder: string): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const browser = await launchBrowser();
  try {
    const first = await browser.newContext();
    await (await first.newPage()).goto(url);
    const storageState = await first.storageState();
    const wanted = process.argv.slice(3);
    for (const picture of PICTURES) {
      if (wanted.length > 0 && !wanted.includes(picture.name)) continue;
      const context = await browser.newContext({
        storageState,
        viewport: { width: 1280, height: 800 },
        colorScheme: picture.scheme ?? 'light',
        locale: 'en-US',
        timezoneId: 'Etc/UTC',
        reducedMotion: 'reduce',
      });
      await take(context, { origin: new URL(url).origin, folder }, picture);
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

async function take(
  context: BrowserContext,
  { origin, folder }: { readonly origin: string; readonly folder: string },
  { name, path, sign, prepare }: Picture,
): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${origin}/#${path}`);
  await page.getByText(sign).first().waitFor();
  await prepare?.(page);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForLoadState('networkidle');
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  await page.evaluate(showPlainPath, folder);
  const file = join(IMAGES, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  console.log(`${name}.png  ${Math.round(statSync(file).size / 1024)} kB`);
}

/** Runs in the page: where the sample happens to lie is nothing that a picture should tell. */
function showPlainPath(folder: string): void {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode())
    if (node.nodeValue?.includes(folder) === true)
      node.nodeValue = node.nodeValue.replaceAll(folder, '/home/ada/sample');
}
