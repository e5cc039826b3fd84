import AxeBuilder from '@axe-core/playwright';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  chromium as playwright,
} from '@playwright/test';

/** Arguments of the package that serve a serverless function and break a browser with several contexts. */
const UNWANTED = new Set([
  '--single-process',
  '--no-zygote',
  "--headless='shell'",
  '--disable-web-security',
  '--allow-running-insecure-content',
  // An emulated graphics card takes half as long again as drawing in memory.
  '--ignore-gpu-blocklist',
  '--in-process-gpu',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
]);

/** Unpacks the bundled browser, where there is one: before suites start side by side, which would unpack over each other. */
export async function prepareBrowser(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  bundled ??= unpackChromium();
  const { chromium } = await bundled;
  await chromium.executablePath();
}

/** The headless Chromium that npm brings on Linux; elsewhere the installed Chrome. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return playwright.launch({ channel: 'chrome' });
  bundled ??= unpackChromium();
  const { chromium, libraries } = await bundled;
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args.filter((argument) => !UNWANTED.has(argument)), '--no-sandbox', '--disable-gpu'],
    env: { ...definedEnvironment(), LD_LIBRARY_PATH: libraries },
  });
}

/**
 * The package unpacks the system libraries that Chromium wants (NSS, NSPR, Expat) only where it believes to be in a
 * serverless function, and then for the whole process. A fresh machine lacks them too, so it is told so, and what it
 * sets is kept for the browser alone.
 */
async function unpackChromium() {
  const before = process.env.LD_LIBRARY_PATH;
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x';
  const { default: chromium } = await import('@sparticuz/chromium');
  const libraries = process.env.LD_LIBRARY_PATH ?? '';
  if (before === undefined) delete process.env.LD_LIBRARY_PATH;
  else process.env.LD_LIBRARY_PATH = before;
  return { chromium, libraries };
}

let bundled: ReturnType<typeof unpackChromium> | null = null;

const definedEnvironment = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));

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

/** Takes the first address behind the hash, where all our pages live, for a link that skips to the content. */
const NOT_OURS = ['skip-link'];

/** What a theme can break: it changes colours and nothing else. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/**
 * What axe has against a page, a line for each rule. Our pages have no frames, so that axe runs in the page itself, and a row
 * far down in a table has the shape of those above it.
 */
export async function violations(page: Page, what: 'all' | 'colours' = 'all'): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] })
    .exclude('tbody tr:nth-child(n + 40)');
  const found = await (what === 'all' ? axe.disableRules(NOT_OURS) : axe.withRules(OF_COLOURS)).analyze();
  return found.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ html }) => html.slice(0, 160))
        .slice(0, 3)
        .join(' | ')}`,
  );
}
