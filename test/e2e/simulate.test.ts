import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser, openWindow } from './browser.ts';
import type { Variant } from './fixture/api.ts';
import { type FixtureHost, startFixtureHost } from './fixture/host.ts';

let browser: Browser;
let context: BrowserContext;
let page: Page;
let hosts: FixtureHost[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  context = await openWindow(browser);
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  for (const host of hosts) await host.close();
  hosts = [];
});

/** A host of its own for each test: what one saves must not be there for the next. */
async function open(variant: Variant, path: string): Promise<FixtureHost> {
  const host = await startFixtureHost(variant);
  hosts.push(host);
  await page.goto(`${host.url}/#${path}`);
  return host;
}
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const address = (): string => decodeURIComponent(new URL(page.url()).hash);
const verdict = () => page.getByRole('region', { name: 'Verdict' });
const invoices = () => page.getByRole('region', { name: 'Invoices' });
const clock = () => page.getByRole('slider', { name: 'Clock' });
const parity = '/simulate?id="built-in/invoice-parity"';

describe('the clock', () => {
  test('is reached, stepped, played and scrubbed without a mouse, and everything follows its head', async () => {
    await open('plain', '/months');
    await page
      .getByText(/do not tie out/)
      .first()
      .waitFor();
    await press('g', 's');
    await verdict().getByText('All 5 expectations hold.').waitFor();
    await page.goto(`${hosts[0]?.url}/#${parity}`);
    await verdict().getByText('All 6 expectations hold. What was billed is within 0.5').waitFor();
    await press('Home');
    await invoices().getByText('None yet.', { exact: false }).waitFor();
    await verdict()
      .getByText(/^Not decided yet: the run ends 1 Feb 02:00 UTC/)
      .waitFor();
    expect(await clock().getAttribute('aria-valuetext')).toMatch(/^1 Jan 2026 00:00:00 UTC, 1 of 9/);
    await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
    await invoices()
      .getByRole('button', { name: /Draft.*Jan 2026.*\$3\.50/ })
      .waitFor();
    const table = page.getByRole('table', { name: 'What happens, in order' });
    expect(await table.locator('[aria-current=step]').allTextContents()).toEqual([
      expect.stringContaining('Period ends'),
      expect.stringContaining('Invoice drafted'),
    ]);
    await clock().focus();
    await press('ArrowRight', 'ArrowRight');
    await invoices()
      .getByRole('button', { name: /Open.*\$5\.00/ })
      .waitFor();
    const usage = page.getByRole('region', { name: 'Usage' }).getByRole('row').nth(1);
    expect(await usage.textContent()).toMatch(/999.*999.*999/);
    await clock().blur();
    await press('p');
    await verdict().getByText('All 6 expectations hold.').waitFor();
    expect(await usage.textContent()).toMatch(/1.?002.*1.?002.*999/);
  });

  test('of forty thousand reports is as quick to move; a day is unfolded to its reports', async () => {
    await open('huge', '/simulate?id="own/forty thousand reports"');
    await verdict()
      .getByText(/did not hold/)
      .waitFor({ timeout: 60_000 });
    const started = performance.now();
    await press('Home', 'ArrowRight', 'ArrowRight');
    await verdict()
      .getByText(/^Not decided yet/)
      .waitFor();
    expect(await clock().getAttribute('aria-valuetext')).toMatch(/1,\d{3} usage reports/);
    expect(performance.now() - started).toBeLessThan(10_000);
    await page
      .getByRole('button', { name: /1,\d{3} usage reports/ })
      .first()
      .click();
    await page.getByText('1 api_calls').first().waitFor();
    await page.getByRole('radio', { name: 'Text' }).check({ force: true });
    await page.getByText(/million characters, too many to type in here/).waitFor();
  });
});

describe('a scenario', () => {
  test('is changed in the form and the text alike, and what is wrong stands at its field', async () => {
    await open('plain', parity);
    await verdict().getByText('All 6 expectations hold.').waitFor();
    await page.getByRole('radio', { name: 'Both' }).check({ force: true });
    const text = page.getByRole('textbox', { name: 'Scenario as JSON' });
    await page.getByRole('textbox', { name: 'Value 1', exact: true }).fill('600');
    expect(await text.inputValue()).toContain('"value": "600"');
    await verdict().getByText('3 of 6 expectations did not hold.').waitFor();
    await press('Escape');
    await page.getByRole('button', { name: /^Expected/ }).click();
    const expected = page.getByRole('region', { name: 'What was expected' }).getByRole('row').nth(1);
    expect(await expected.textContent()).toMatch(/no.*invoices\[0\]\.subtotal.*500.*600/);
    await page.getByRole('textbox', { name: 'Grace period' }).fill('9d');
    const grace = page.getByRole('textbox', { name: 'Grace period' });
    await expect.poll(() => grace.getAttribute('aria-invalid')).toBe('true');
    await page.getByText('this is the last version that could be played', { exact: false }).waitFor();
    await page
      .getByRole('list', { name: 'What is wrong' })
      .last()
      .getByRole('button', { name: /^line 6:/ })
      .click();
    expect(await text.evaluate((box) => document.activeElement === box)).toBe(true);
    await text.fill('{ "name": }');
    await page.getByText('The form comes back when the text is JSON again.').waitFor();
    await page.getByRole('button', { name: 'Undo (u)' }).click();
    await page.getByRole('textbox', { name: 'Grace period' }).waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await verdict().getByText('All 6 expectations hold.').waitFor();
  });

  test('that is not saved outlives a look at another page', async () => {
    await open('plain', parity);
    await page.getByRole('textbox', { name: 'Name' }).first().fill('Half a thought');
    await page.getByRole('heading', { level: 1, name: /Half a thought/ }).waitFor();
    await page.getByRole('link', { name: 'Months', exact: true }).click();
    await page
      .getByText(/do not tie out/)
      .first()
      .waitFor();
    await press('g', 's');
    await page.getByRole('heading', { level: 1, name: /Half a thought/ }).waitFor();
    await page.getByText(/^Not saved\./).waitFor();
  });

  test('is compared with what it was, and with another one', async () => {
    await open('plain', parity);
    await verdict().getByText('All 6 expectations hold.').waitFor();
    await page.getByRole('textbox', { name: 'Value 1', exact: true }).fill('500');
    await verdict()
      .getByText(/did not hold/)
      .waitFor();
    await page.getByRole('button', { name: /^Compare/ }).click();
    const comparison = page.getByRole('region', { name: 'Comparison' });
    await comparison.getByText(/^\d+ of \d+ figures differ\.$/).waitFor();
    const total = comparison.getByRole('row').filter({ hasText: 'Invoice, total' });
    expect(await total.textContent()).toMatch(/\$5\.00\$5\.50\+\$0\.50$/);
    await comparison.getByRole('combobox').selectOption({ label: 'A February of 29 days' });
    await comparison.getByText(/\d+ of \d+ figures differ/).waitFor();
    await page.getByRole('heading', { name: 'Timeline' }).click();
    await press('c');
    await comparison.waitFor({ state: 'detached' });
  });

  test('is saved under a name, saved again, kept from overwriting, and deleted by typing its name', async () => {
    const { controls } = await open('empty', '/simulate');
    await verdict().getByText('All 6 expectations hold.').waitFor();
    await page.getByRole('heading', { name: 'Timeline' }).click();
    await press('s');
    const form = page.getByRole('form', { name: 'Save the scenario' });
    await form.getByRole('textbox').fill('a/b');
    await press('Enter');
    await page
      .getByRole('alert')
      .getByText(/cannot be the name of a file/)
      .waitFor();
    await form.getByRole('textbox').fill('mine');
    await press('Enter');
    await expect.poll(address).toContain('own/mine');
    await page.getByRole('heading', { level: 1, name: 'mine' }).waitFor();
    await page.getByRole('textbox', { name: 'Value 2', exact: true }).fill('301');
    controls.isScenarioChanged = true;
    await page.getByRole('button', { name: /^Save\s*s$/ }).click();
    await page.getByRole('alert').getByText('Nothing was written; what you typed is still here.').waitFor();
    controls.isScenarioChanged = false;
    await page.getByRole('button', { name: /^Save\s*s$/ }).click();
    await page.getByText('Saved as scenarios/mine.json in the workspace.').last().waitFor();
    await page.getByRole('button', { name: 'Delete this scenario…' }).click();
    const removal = page.getByRole('form', { name: 'Delete the scenario' });
    expect(await removal.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await removal.getByRole('textbox').fill('mine');
    await press('Enter');
    await expect.poll(address).toContain('built-in/invoice-parity');
    await page.getByRole('button', { name: /^Scenario:/ }).click();
    await page.getByText('None yet. One that you save stands here.').waitFor();
  });
});
