import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium as playwright,
} from '@playwright/test';
import chromium from '@sparticuz/chromium';

/** Arguments of the package that serve a serverless function and break a browser with several contexts. */
const UNWANTED = new Set([
  '--single-process',
  '--no-zygote',
  "--headless='shell'",
  '--disable-web-security',
  '--allow-running-insecure-content',
]);

/** The headless Chromium that npm brings on Linux; elsewhere the installed Chrome. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return playwright.launch({ channel: 'chrome' });
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args.filter((argument) => !UNWANTED.has(argument)), '--no-sandbox'],
  });
}

/** A window with a fixed language, size and wall clock. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    locale: 'en-US',
    timezoneId: 'Asia/Kolkata',
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  await context.clock.install({ time: new Date('2026-06-01T05:03:00Z') });
  await context.clock.resume();
  return context;
}
