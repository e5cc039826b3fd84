import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openWindow, violations } from './browser.ts';
import type { Variant } from './fixture/api.ts';
import { type FixtureHost, startFixtureHost } from './fixture/host.ts';
import { invoice, openCell, SCENES } from './scenes.ts';

let browser: Browser;
const hosts = new Map<Variant, FixtureHost>();

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  for (const host of hosts.values()) await host.close();
});

async function hostOf(variant: Variant): Promise<FixtureHost> {
  const known = hosts.get(variant) ?? (await startFixtureHost(variant));
  hosts.set(variant, known);
  return known;
}

test.each(SCENES)('$name has no accessibility violation and breaks no policy', async (scene) => {
  const { url } = await hostOf(scene.variant);
  const context = await openWindow(browser, { colorScheme: 'light' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(`${url}/#${scene.path}`);
  await page.getByText(scene.sign).first().waitFor();
  await scene.prepare?.(page);
  await settled(page);
  expect(await violations(page)).toEqual([]);
  // What other variants show besides has the same pairs of colours, which test/renderer/tokens.test.ts holds.
  if (scene.variant === 'plain') {
    await page.emulateMedia({ colorScheme: 'dark' });
    await settled(page);
    expect(await violations(page, 'colours')).toEqual([]);
  }
  expect(complaints.filter((text) => scene.isFailing !== true || !text.includes('500'))).toEqual([]);
  await context.close();
});

/** Colours that fade have arrived; what turns without end is not waited for. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const fading = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(fading.map(({ finished }) => finished)).then(() => null);
  });

test('a picture without words and pale text are noticed', async () => {
  const { url } = await hostOf('plain');
  const context = await openWindow(browser, { colorScheme: 'light' });
  const page = await context.newPage();
  await page.goto(`${url}/#/months`);
  await page
    .getByText(/do not tie out/)
    .first()
    .waitFor();
  await page.evaluate(() => {
    const picture = document.createElement('img');
    const pale = document.createElement('p');
    pale.append('Pale');
    pale.style.color = '#ddd';
    document.querySelector('main')?.prepend(picture, pale);
  });
  const found = await violations(page);
  expect(found.map((line) => line.split(':')[0])).toEqual(['color-contrast', 'image-alt']);
  expect((await violations(page, 'colours')).map((line) => line.split(':')[0])).toEqual(['color-contrast']);
  await context.close();
});

test.each([
  [1280, 800],
  [1920, 1080],
])('nothing scrolls sideways at %d × %d', async (width, height) => {
  const { url } = await hostOf('plain');
  const context = await openWindow(browser, { viewport: { width, height } });
  const page = await context.newPage();
  for (const path of [
    '/home',
    '/months/2026-05',
    '/invoices/2026-05',
    invoice('0014'),
    '/proof',
    '/settings',
    '/settings/meter?key="cpu_seconds"',
    '/meter?key="cpu_seconds"',
    '/activity',
  ]) {
    await page.goto(`${url}/#${path}`);
    await page.getByRole('main').waitFor();
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, path).toBe(0);
  }
  await context.close();
});

test('the theme of the system is followed, and a choice outlives a reload', async () => {
  const { url } = await hostOf('plain');
  const context = await openWindow(browser, { colorScheme: 'dark' });
  const page = await context.newPage();
  await page.goto(`${url}/#/months`);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await background();
  await page.getByRole('button', { name: 'Use the light theme' }).click();
  const light = await background();
  expect(light).not.toBe(dark);
  await page.reload();
  await page.getByRole('button', { name: 'Use the dark theme' }).waitFor();
  expect(await background()).toBe(light);
  await context.close();
});

test.each(['reduce', 'no-preference'] as const)('the chart has a colour for each line, motion %s', async (motion) => {
  const host = await hostOf('plain');
  const context = await openWindow(browser, { reducedMotion: motion });
  const page = await context.newPage();
  await page.goto(`${host.url}/#/months/2026-05`);
  await openCell(page);
  await page.locator('canvas').nth(1).waitFor();
  const hues = () =>
    page.evaluate(() => {
      const canvas = document.querySelector('canvas');
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const strongest = new Set<string>();
      for (let at = 0; at + 3 < pixels.length; at += 4) {
        const [red = 0, green = 0, blue = 0] = pixels.slice(at, at + 3);
        const isStrong = pixels[at + 3] === 255 && Math.max(red, green, blue) - Math.min(red, green, blue) > 80;
        if (isStrong) strongest.add(red > green && red > blue ? 'red' : blue > green * 1.3 ? 'indigo' : 'teal');
      }
      return [...strongest].sort();
    });
  await expect.poll(hues).toEqual(['indigo', 'red', 'teal']);
  await context.close();
});
