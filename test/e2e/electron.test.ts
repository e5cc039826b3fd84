import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ElectronApplication, _electron as electron } from '@playwright/test';
import { afterEach, expect, test } from 'vitest';
import { desktopPackage } from '../../main/cli/desktop-binary.ts';

// The desktop shell in the real Electron, where its binary exists; elsewhere one line says that it did not run.

const ENTRY = fileURLToPath(new URL('../../dist/main/app.js', import.meta.url));
const binary = desktopPackage(process.env).binary();
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
const obstacle =
  binary === null
    ? 'Electron’s binary is not installed here (npx install-electron, or ELECTRON_OVERRIDE_DIST_PATH)'
    : hasDisplay
      ? null
      : 'there is no display (xvfb-run brings one)';
if (obstacle !== null) process.stdout.write(`The Electron suite did not run: ${obstacle}.\n`);

let state: string;
let application: ElectronApplication | null = null;

async function launch(): Promise<ElectronApplication> {
  state = mkdtempSync(join(tmpdir(), 'tieout-electron-'));
  application = await electron.launch({
    executablePath: binary ?? '',
    args: [ENTRY, `--user-data-dir=${state}`, ...(process.platform === 'linux' ? ['--no-sandbox'] : [])],
  });
  return application;
}

afterEach(async () => {
  await application?.close();
  application = null;
  rmSync(state, { recursive: true, force: true });
});

test.skipIf(obstacle !== null)('the window opens on Home, isolated and without Node', async () => {
  const page = await (await launch()).firstWindow();
  await page.getByRole('heading', { name: 'Did we bill exactly what was used?' }).waitFor();
  await page.getByRole('button', { name: 'Open a folder' }).waitFor();
  const reach = await page.evaluate(() => ({
    node: 'require' in globalThis || 'process' in globalThis,
    bridge: 'tieout' in globalThis,
  }));
  expect(reach).toEqual({ node: false, bridge: true });
});

test.skipIf(obstacle !== null)('the window opens no other window and goes nowhere', async () => {
  const app = await launch();
  const page = await app.firstWindow();
  await page.getByRole('heading', { name: 'Did we bill exactly what was used?' }).waitFor();
  const address = page.url();
  await page.evaluate(() => {
    window.open('about:blank');
    window.location.href = 'https://example.com/';
  });
  await page.waitForTimeout(500);
  expect(app.windows()).toHaveLength(1);
  expect(page.url()).toBe(address);
});
