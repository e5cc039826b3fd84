import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openWindow } from '../browser.ts';
import { type Scratch, type Served, sampleWorkspace, scratch, serve } from './running.ts';

// Home, as somebody sees it who has just installed the application: no workspace is open.

let files: Scratch;
let served: Served;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  files = scratch();
  served = await serve(null, { state: join(files.folder, 'state') });
  browser = await launchBrowser();
  context = await openWindow(browser);
  page = await context.newPage();
  await page.goto(served.url);
});
afterAll(async () => {
  await browser?.close();
  await served?.stop();
  files.remove();
});

const openFolder = async (folder: string): Promise<void> => {
  await page.getByLabel('Folder of a workspace').fill(folder);
  await page.getByRole('button', { name: 'Open folder' }).click();
};

test('nothing was opened yet, and nothing is shown of any workspace', async () => {
  await page.getByText('No workspace was opened on this machine yet.').waitFor();
  expect(await page.getByRole('navigation', { name: 'Pages' }).count()).toBe(0);
});

test('a folder that is no workspace, and a workspace with a mistake in it, are refused in words', async () => {
  await openFolder(join(files.folder, 'nowhere'));
  const alert = page.getByRole('alert');
  await alert
    .getByText(/nowhere/)
    .first()
    .waitFor();
  await alert.getByText('The workspace was not opened; nothing was changed.').waitFor();
  const wrong = join(files.folder, 'wrong');
  mkdirSync(wrong);
  writeFileSync(join(wrong, 'tieout.yaml'), 'version: 1\nname: Wrong\nclickhouse: { url: 7 }\nmeters: []\n');
  await openFolder(wrong);
  await alert
    .getByText(/tieout\.yaml:3:/)
    .first()
    .waitFor();
  await page.getByText('No workspace was opened on this machine yet.').waitFor();
});

test('the sample workspace is made at the press of a button, and opens by itself', async () => {
  await page.getByRole('button', { name: 'Open the sample workspace' }).click();
  await page.getByRole('progressbar').waitFor();
  await page.getByText(/rows/).first().waitFor();
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Sample Cloud').waitFor({ timeout: 110_000 });
  await page.getByRole('link', { name: 'Months' }).first().click();
  await page.getByText('3 of 3 months do not tie out, the newest is May 2026.').waitFor();
});

test('another workspace opens from its folder, and the first one from the list', async () => {
  const folder = await sampleWorkspace(files.folder);
  const origin = new URL(served.url).origin;
  await page.goto(`${origin}/#/home`);
  await openFolder(folder);
  await page.getByText('3 of 3 months do not tie out, the newest is May 2026.').waitFor();
  await page.goto(`${origin}/#/home`);
  const recent = page.getByRole('button', { name: /Sample Cloud/ });
  await expect.poll(() => recent.count()).toBe(2);
  expect(await recent.first().textContent()).toContain('open now');
  expect(await recent.first().textContent()).toContain(folder);
  await recent.nth(1).click();
  await page.getByText('3 of 3 months do not tie out, the newest is May 2026.').waitFor();
  await page.goto(`${origin}/#/home`);
  await expect.poll(() => recent.first().textContent()).not.toContain(folder);
});
