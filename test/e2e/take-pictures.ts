import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from '@playwright/test';
import { launchBrowser } from './browser.ts';

/**
 * `npm run pictures [FOLDER]`: the pictures of the README, from the sample workspace as it really is. Without a folder
 * that holds one already, the sample is made anew.
 */
const EXECUTABLE = fileURLToPath(new URL('../../main/tieout.mjs', import.meta.url));
const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));

type Picture = {
  readonly name: string;
  readonly scheme: 'light' | 'dark';
  readonly path: string;
  readonly prepare?: (page: Page) => Promise<void>;
};

const PICTURES: readonly Picture[] = [
  { name: 'month-light', scheme: 'light', path: '/months/2026-05' },
  { name: 'month-dark', scheme: 'dark', path: '/months/2026-05' },
  { name: 'months-light', scheme: 'light', path: '/months' },
  {
    name: 'invoice-light',
    scheme: 'light',
    path: '/invoices/2026-04/invoice?customer=cus_Sample00000003&subscription=sub_Sample00000003&from=2026-04-01T00:00:00Z',
  },
  {
    name: 'cell-light',
    scheme: 'light',
    path: '/months/2026-05/cell?meter=memory_gib_seconds&customer=cus_Sample00000031&usageId=ws_socie_te_ge_ne_rale_031',
    prepare: (page) => page.locator('canvas').first().waitFor(),
  },
];

const scratch = mkdtempSync(join(tmpdir(), 'tieout-pictures-'));
let server: ChildProcess | null = null;
try {
  const folder = process.argv[2] ?? join(scratch, 'sample');
  if (!existsSync(join(folder, 'tieout.yaml'))) await run(['demo', folder]);
  const { child, url } = await serve(folder);
  server = child;
  await takeAll(url);
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

async function takeAll(url: string): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const browser = await launchBrowser();
  try {
    const first = await browser.newContext();
    await (await first.newPage()).goto(url);
    const storageState = await first.storageState();
    for (const picture of PICTURES) {
      const context = await browser.newContext({
        storageState,
        viewport: { width: 1280, height: 800 },
        colorScheme: picture.scheme,
        locale: 'en-US',
        timezoneId: 'Etc/UTC',
        reducedMotion: 'reduce',
      });
      await take(context, new URL(url).origin, picture);
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

async function take(context: BrowserContext, origin: string, { name, path, prepare }: Picture): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${origin}/#${path}`);
  await page.getByRole('rowheader').nth(3).waitFor();
  await prepare?.(page);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForLoadState('networkidle');
  const file = join(IMAGES, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  console.log(`${name}.png  ${Math.round(statSync(file).size / 1024)} kB`);
}
