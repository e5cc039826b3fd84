import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from '@playwright/test';
import { launchBrowser } from '../test/e2e/browser.ts';
import { serve } from '../test/e2e/real/running.ts';
import { runTask } from './child.ts';
import { type Group, median, millis, type Row, within } from './harness.ts';
import { ENVIRONMENT } from './month-workspace.ts';
import { MONTH } from './month-world.ts';

const RENDERER = fileURLToPath(new URL('../dist/renderer', import.meta.url));
const INTERACTION_MS = 100;
const FIRST_PAINT_MS = 1000;

/** Something that a person does to the table of a month: each is timed from the event to the frame that shows its rows. */
type Action = {
  readonly bar: string;
  readonly what: string;
  readonly event: 'click' | 'keydown';
  /** As many as one round times, the first ones included: what is made once is not left out. */
  readonly steps: readonly ((page: Page) => Promise<void>)[];
};

const press =
  (key: string) =>
  (page: Page): Promise<void> =>
    page.locator('[data-cells]').press(key);
const toggle = (name: string) => (page: Page) => page.getByRole('button', { name }).first().click();
const sortBy = (name: string) => (page: Page) =>
  page.getByRole('columnheader', { name }).getByRole('button').first().click();

const ACTIONS: readonly Action[] = [
  { bar: 'S1', what: 'a filter on, or off', event: 'click', steps: [toggle('Structural'), toggle('Structural')] },
  { bar: 'S2', what: 'another order', event: 'click', steps: [sortBy('Measured'), sortBy('Customer')] },
  {
    bar: 'S3',
    what: 'a page down, and the end',
    event: 'keydown',
    steps: [press('PageDown'), press('PageDown'), press('End'), press('Home')],
  },
];

/** S1 to S4: the table of a large month in a real browser, in front of the real server. */
export const screenGroup: Group = {
  bars: [...ACTIONS.map(({ bar }) => bar), 'S4'],
  obstacle: () => (existsSync(join(RENDERER, 'index.html')) ? null : 'the screens are not built: npm run build'),
  measure: async ({ cells, rounds, folder: root, say }) => {
    const folder = join(root, 'screen');
    await runTask('make-month', { folder, cells, isPriced: false, withSides: false });
    const state = mkdtempSync(join(root, 'screen-state-'));
    const served = await serve(folder, { state, env: ENVIRONMENT });
    const browser = await launchBrowser();
    try {
      const times = await timeRounds(browser, served.url, rounds);
      say(
        `the first look at ${cells.toLocaleString('en')} cells: ${millis(times.rows[0] ?? Number.NaN)}, then ${millis(median(times.rows))}`,
      );
      say(`scripts and styles of the first page, compressed: ${Math.round(firstPageBytes() / 1024)} KiB`);
      const table = `${cells.toLocaleString('en')} cells`;
      const rows = ACTIONS.map(({ bar, what }): Row => {
        const ours = times.actions.get(bar) ?? [];
        say(`${bar}: ${millis(Math.min(...ours))} to ${millis(Math.max(...ours))}`);
        return within(INTERACTION_MS, { bar, what: `${what}, ${table}`, ours, unit: millis });
      });
      return [...rows, within(FIRST_PAINT_MS, { bar: 'S4', what: 'first paint', ours: times.paints, unit: millis })];
    } finally {
      await browser.close();
      await served.stop();
      rmSync(folder, { recursive: true });
    }
  },
};

type Times = {
  readonly actions: ReadonlyMap<string, readonly number[]>;
  readonly paints: readonly number[];
  /** From the navigation to the first rows. */
  readonly rows: readonly number[];
};

async function timeRounds(browser: Browser, url: string, rounds: number): Promise<Times> {
  const actions = new Map<string, number[]>(ACTIONS.map(({ bar }) => [bar, []]));
  const paints: number[] = [];
  const rows: number[] = [];
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 800 } });
  const entry = await context.newPage();
  await entry.goto(url);
  await entry.close();
  for (let round = 0; round < rounds; round += 1) {
    const page = await context.newPage();
    await page.goto(`${new URL(url).origin}/#/months/${MONTH}`);
    await page.locator('[data-cells] [role=rowheader]').first().waitFor({ timeout: 120_000 });
    rows.push(await page.evaluate(() => performance.now()));
    paints.push(
      await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN),
    );
    for (const { bar, event, steps } of ACTIONS) {
      for (const step of steps) actions.get(bar)?.push(await timed(page, event, step));
    }
    await page.close();
  }
  await context.close();
  return { actions, paints, rows };
}

/** From the event as the browser stamps it to the frame after the one in which other rows stand there, none of them empty. */
async function timed(page: Page, event: Action['event'], act: (page: Page) => Promise<void>): Promise<number> {
  const seen = page.evaluate(
    (kind) =>
      new Promise<number>((resolve) => {
        const shown = (): string | null => {
          const grid = document.querySelector('[data-cells]');
          const found = [...(grid?.querySelectorAll('tbody tr') ?? [])];
          const isWhole = found.length > 0 && found.every((row) => row.querySelector('[role=rowheader]') !== null);
          if (!isWhole || grid?.getAttribute('aria-busy') === 'true') return null;
          return `${grid?.getAttribute('aria-rowcount')} ${found[0]?.id} ${found[0]?.textContent} ${found.at(-1)?.textContent}`;
        };
        const before = shown();
        const begin = ({ timeStamp }: Event): void => {
          const look = (): void => {
            const now = shown();
            if (now === null || now === before) requestAnimationFrame(look);
            else requestAnimationFrame(() => resolve(performance.now() - timeStamp));
          };
          requestAnimationFrame(look);
        };
        addEventListener(kind, begin, { once: true, capture: true });
      }),
    event,
  );
  await act(page);
  return seen;
}

/** What the page of the application asks for before anything else is opened, as a server would compress it. */
function firstPageBytes(): number {
  const page = readFileSync(join(RENDERER, 'index.html'), 'utf8');
  return readdirSync(join(RENDERER, 'assets'))
    .filter((name) => page.includes(name) && /\.(js|css)$/.test(name))
    .reduce((total, name) => total + gzipSync(readFileSync(join(RENDERER, 'assets', name))).length, 0);
}
