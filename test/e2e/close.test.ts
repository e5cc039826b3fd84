import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser, openWindow, violations } from './browser.ts';
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

/** A host of its own for each test: what one signs must not be there for the next. */
async function open(variant: Variant, path: string, sign: string | RegExp): Promise<void> {
  const host = await startFixtureHost(variant);
  hosts.push(host);
  await page.goto(`${host.url}/#${path}`);
  await page.getByText(sign).first().waitFor();
}
const address = (): string => decodeURIComponent(new URL(page.url()).hash);
const state = () => page.locator('[data-close-state]');
const form = (name: string | RegExp) => page.getByRole('form', { name });
const audit = () => page.getByRole('region', { name: 'Audit log' });

describe('the close of a month', () => {
  test('is explained, signed by two, locked and opened again by mouse', async () => {
    await open('plain', '/months/2026-04', /By customer/);
    await page.getByRole('link', { name: /Close/ }).first().click();
    await page.getByText('One gate stands in the way of the close.').waitFor();
    await expect.poll(() => state().textContent()).toBe('open · 8 of 9 gates pass');
    await page.getByText('A month is signed once every gate passes.').waitFor();

    await page.getByRole('button', { name: /Explain Globex/ }).click();
    await form(/Note: Globex/)
      .getByLabel('Note')
      .fill('Credited by hand in May.');
    await form(/Note: Globex/)
      .getByLabel('Your name')
      .fill('Ada Lovelace');
    await form(/Note: Globex/)
      .getByRole('button', { name: 'Explain' })
      .click();
    await page.getByText('Credited by hand in May.').and(page.locator(':not(textarea)')).waitFor();
    await page.getByRole('button', { name: /Explain ws_nobody/ }).click();
    await form(/Note: ws_nobody/)
      .getByLabel('Note')
      .fill('A test account.');
    await form(/Note: ws_nobody/)
      .getByRole('button', { name: 'Explain' })
      .click();
    await page.getByText('Every gate passes. The preparer can sign.').waitFor();

    await page.locator('[data-step=preparer]').click();
    await form('Sign as preparer').getByRole('button', { name: 'Sign as preparer' }).click();
    await page.getByText('Prepared by Ada Lovelace. The reviewer can sign.').waitFor();
    await page.locator('[data-step=reviewer]').click();
    await form('Sign as reviewer').getByRole('button', { name: 'Sign as reviewer' }).click();
    await page.getByText('Ada Lovelace prepared 2026-04 and cannot review it too.').waitFor();
    await form('Sign as reviewer').getByLabel('Your name').fill('Grace Hopper');
    await form('Sign as reviewer').getByRole('button', { name: 'Sign as reviewer' }).click();
    await page.locator('[data-step=lock]').click();
    await form('Lock the month').getByRole('button', { name: 'Lock the month' }).click();
    await expect.poll(() => state().textContent()).toBe('locked');
    await audit().getByText('locked the month, version 1').waitFor();
    expect(await page.getByRole('button', { name: /^Explain/ }).count()).toBe(0);

    await page.getByRole('link', { name: 'Months' }).first().click();
    await page.getByRole('columnheader', { name: /Apr 2026.*locked/ }).waitFor();
    await page.goBack();

    await page.locator('[data-step=reopen]').click();
    const reopening = form('Open again');
    await reopening.getByLabel('Why it is opened again').fill('An invoice was voided.');
    expect(await reopening.getByRole('button', { name: /Open Apr 2026 again/ }).isDisabled()).toBe(true);
    await reopening.getByLabel(/to confirm/).fill('2026-04');
    await reopening.getByRole('button', { name: /Open Apr 2026 again/ }).click();
    await expect.poll(() => state().textContent()).toMatch(/^open again/);
    await page.getByText('lapsed: Grace Hopper signed other figures').waitFor();
  });

  test('is explained, signed, locked and left by keyboard', async () => {
    await open('plain', '/months/2026-04', /By customer/);
    await page.keyboard.press('l');
    await page.getByText('One gate stands in the way of the close.').waitFor();
    await page.getByRole('button', { name: 'Explain all…' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Known, and credited in May.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Ada');
    await page.keyboard.press('Enter');
    for (const [word, name] of [
      ['The preparer can sign', 'Ada'],
      ['The reviewer can sign', 'Grace'],
      ['The month can be locked', 'Grace'],
    ] as const) {
      await page.getByText(word).waitFor();
      await page.keyboard.press('s');
      await page.getByLabel('Your name').waitFor();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(name);
      await page.keyboard.press('Enter');
    }
    await expect.poll(() => state().textContent()).toBe('locked');
    await page.keyboard.press('n');
    await page.keyboard.type('Filed.');
    await page.keyboard.press('Escape');
    expect(await page.getByText('Filed.').count()).toBe(0);
    await page.keyboard.press('Escape');
    await expect.poll(address).toBe('#/months/2026-04');
    await page.getByText('locked', { exact: true }).first().waitFor();
  });

  test('of a month that has not ended is not signed, and says why', async () => {
    await open('plain', '/months/2026-06/close', 'Pulled after the month had settled');
    await page.keyboard.press('s');
    expect(await page.getByRole('form').count()).toBe(0);
  });

  test('cannot be shown where the cache cannot be read, and says what it means', async () => {
    await open('error', '/months/2026-04/close', /Whether the month can be closed cannot be said/);
  });
});

test('a note is written on a cell, beside the table', async () => {
  await open('plain', '/months/2026-05', /By customer/);
  await page.locator('[data-cells]:has([role=rowheader])').focus();
  await page.keyboard.press('Enter');
  const notes = page.getByRole('complementary', { name: 'Cell' }).getByRole('region', { name: 'Notes' });
  await notes.getByText('Nothing is written about this cell.').waitFor();
  await page.keyboard.press('n');
  await notes.getByLabel('Note', { exact: true }).fill('Asked the customer.');
  await notes.getByLabel('Your name').fill('Ada');
  await notes.getByRole('button', { name: 'Write note' }).click();
  await notes.getByText('Asked the customer.').waitFor();
});

test.each(['light', 'dark'] as const)(
  'the page of the close has no violation of WCAG in the %s theme',
  async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open('plain', '/months/2026-04/close', 'One gate stands in the way of the close.');
    await page.getByRole('button', { name: 'Explain all…' }).click();
    await form(/^Note/).waitFor();
    expect(await violations(page)).toEqual([]);
  },
);
