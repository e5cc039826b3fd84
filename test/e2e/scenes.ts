import type { Page } from '@playwright/test';
import type { Variant } from './fixture/api.ts';

/** A screen in one state. */
export type Scene = {
  readonly name: string;
  readonly variant: Variant;
  readonly path: string;
  /** Text that shows that the screen has arrived. */
  readonly sign: string | RegExp;
  readonly prepare?: (page: Page) => Promise<void>;
  /** The host answers with errors, which the browser logs. */
  readonly isFailing?: boolean;
};

export const openCell = async (page: Page): Promise<void> => {
  await page.getByRole('row').filter({ hasText: 'Ember Telecom' }).first().click();
  await page.getByText('High confidence', { exact: true }).waitFor();
  await page.locator('summary', { hasText: 'Table of hours' }).waitFor();
};

export const invoice = (place: string): string =>
  `/invoices/2026-05/invoice?customer="cus_${place}Kq"&subscription="sub_${place}Pq"&from="2026-05-01T00:00:00Z"`;

/** Every screen, and every state that looks like none of the others. */
export const SCENES: readonly Scene[] = [
  { name: 'Home', variant: 'plain', path: '/home', sign: 'Did we bill exactly what was used?' },
  { name: 'Home without a workspace', variant: 'closed', path: '/', sign: 'Did we bill exactly what was used?' },
  { name: 'New workspace', variant: 'closed', path: '/new', sign: 'A folder and a name' },
  {
    name: 'New workspace, customers that match in part',
    variant: 'closed',
    path: '/new',
    sign: 'A folder and a name',
    prepare: async (page) => {
      const press = (name: string) => page.getByRole('button', { name }).click();
      await page.getByLabel('Folder', { exact: true }).fill('/home/ada/acme');
      await press('Continue');
      await page.getByLabel('Address').fill('https://clickhouse.example.com:8443');
      await press('Test the connection');
      await page.getByText('ClickHouse works, with a warning.').waitFor();
      await press('Continue');
      await press('Test the key');
      await page.getByText('missing, not needed').waitFor();
      await press('Continue');
      await press('Try the rule');
      await page.getByText('126 of 128 usage ids find their customer.').waitFor();
    },
  },
  { name: 'Months', variant: 'plain', path: '/months', sign: /of 11 months do not tie out/ },
  { name: 'Months, nothing pulled', variant: 'empty', path: '/months', sign: 'No month has been pulled' },
  { name: 'Months, failed', variant: 'error', path: '/months', sign: /tieout.db cannot be read/, isFailing: true },
  { name: 'Month', variant: 'plain', path: '/months/2026-05', sign: /17 of 300 cells do not tie out/ },
  {
    name: 'Month with a cell beside it',
    variant: 'plain',
    path: '/months/2026-05',
    sign: 'By customer',
    prepare: openCell,
  },
  {
    name: 'Month, an incident with its remedy',
    variant: 'plain',
    path: '/months/2026-05?incident="2026-05/missed_push/315-319"',
    sign: '40 meter events for 9 customers.',
    prepare: (page) => page.getByRole('button', { name: 'Look inside' }).click(),
  },
  {
    name: 'Month, all findings of its data',
    variant: 'plain',
    path: '/months/2026-05',
    sign: '1 check failed, 2 warnings.',
    prepare: (page) => page.getByRole('button', { name: /^Show \d+ more$/ }).click(),
  },
  { name: 'Month, nothing pulled', variant: 'empty', path: '/months/2026-06', sign: 'Jun 2026 has not been pulled' },
  {
    name: 'Month, failed',
    variant: 'error',
    path: '/months/2026-05',
    sign: /No figure of this month/,
    isFailing: true,
  },
  {
    name: 'Month, pulled in part',
    variant: 'partial',
    path: '/months/2026-05',
    sign: /was not pulled from ClickHouse/,
  },
  {
    name: 'Month, other scripts',
    variant: 'names',
    path: '/months/2026-05?q="consolidated"',
    sign: /Extraordinarily Long-Named/,
  },
  { name: 'Months, several currencies', variant: 'currencies', path: '/months', sign: /do not tie out/ },
  { name: 'Month, several currencies', variant: 'currencies', path: '/months/2026-05', sign: /17 of 300 cells/ },
  { name: 'Month, on the way', variant: 'slow', path: '/months/2026-05', sign: 'May 2026' },
  {
    name: 'Cell',
    variant: 'plain',
    path: '/months/2026-05/cell?meter="disk_gib_seconds"&customer="cus_0046Kq"&usageId="ws_0046"',
    sign: 'Where it came from',
  },
  {
    name: 'Cell that is not there',
    variant: 'plain',
    path: '/months/2026-05/cell?meter="cpu_seconds"&customer="cus_x"',
    sign: /There is no cell of cus_x/,
    isFailing: true,
  },
  {
    name: 'Compare months, with a row beside them',
    variant: 'names',
    path: '/compare?from="2026-04"&to="2026-05"&q="cus_000"',
    sign: 'What made the difference',
    prepare: async (page) => {
      await page.locator('[data-fluxs]:has([role=rowheader])').focus();
      await page.keyboard.press('Enter');
      await page.getByText('How it came about').waitFor();
      await page.getByRole('region', { name: 'Notes' }).waitFor();
    },
  },
  {
    name: 'Pipelines, with a customer beside them',
    variant: 'partial',
    path: '/pipelines',
    sign: /a fault of the pipeline/,
    prepare: async (page) => {
      await page.getByRole('grid').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('complementary', { name: 'Customer' }).getByRole('table').waitFor();
    },
  },
  {
    name: 'Pipelines, a switch in the past',
    variant: 'currencies',
    path: '/pipelines?view="cutover"&at="2026-05-27T12:00:00Z"',
    sign: /stretches of measured time/,
  },
  {
    name: 'Compare months, several currencies, unfolded',
    variant: 'currencies',
    path: '/compare?from="2026-04"&to="2026-05"',
    sign: 'Other currencies',
    prepare: async (page) => {
      await page.getByRole('region', { name: 'Other currencies' }).locator('summary').first().click();
      await page.getByRole('button', { name: 'As a table' }).last().click();
    },
  },
  {
    name: 'Compare months, in part, with thresholds',
    variant: 'partial',
    path: '/compare?from="2026-04"&to="2026-05"',
    sign: /14 cells are in no figure here/,
    prepare: async (page) => {
      await page.getByText(/14 cells are in no figure here/).click();
      await page.getByTitle('From when on a change is material').click();
      await page.getByText('A change is material when it reaches both.').waitFor();
    },
  },
  {
    name: 'Compare months, one not pulled',
    variant: 'plain',
    path: '/compare?from="2026-05"&to="2026-06"',
    sign: 'Jun 2026 has not been pulled',
  },
  {
    name: 'Compare months, failed',
    variant: 'error',
    path: '/compare?from="2026-04"&to="2026-05"',
    sign: /cannot be compared until this is mended/,
    isFailing: true,
  },
  { name: 'Invoices', variant: 'plain', path: '/invoices/2026-05', sign: /differ from Stripe’s/ },
  { name: 'Invoices, incomplete', variant: 'partial', path: '/invoices/2026-05', sign: /cannot be judged yet/ },
  { name: 'Invoices, several currencies', variant: 'currencies', path: '/invoices/2026-05', sign: /differ from/ },
  {
    name: 'Invoices, nothing pulled',
    variant: 'empty',
    path: '/invoices/2026-06',
    sign: 'Jun 2026 has not been pulled',
  },
  {
    name: 'Invoices, failed',
    variant: 'error',
    path: '/invoices/2026-05',
    sign: /No invoice of this month/,
    isFailing: true,
  },
  { name: 'Invoices, on the way', variant: 'slow', path: '/invoices/2026-05', sign: 'May 2026' },
  { name: 'Late usage', variant: 'plain', path: '/late/2026-04', sign: '43 rows' },
  { name: 'Late usage, nothing billed', variant: 'plain', path: '/late/2026-05', sign: 'May 2026 is not billed yet' },
  { name: 'Late usage, none', variant: 'plain', path: '/late/2026-03', sign: 'The books are true to their period' },
  { name: 'Late usage, nothing pulled', variant: 'empty', path: '/late/2026-06', sign: 'Jun 2026 has not been pulled' },
  { name: 'Late usage, incomplete', variant: 'partial', path: '/late/2026-04', sign: /cannot be said what arrived/ },
  { name: 'Late usage, several currencies', variant: 'currencies', path: '/late/2026-04', sign: /KWD/ },
  {
    name: 'Late usage, other scripts',
    variant: 'names',
    path: '/late/2026-04?q="cus_000"',
    sign: /Extraordinarily Long-Named/,
    prepare: async (page) => {
      await page.getByRole('row').filter({ hasText: 'Extraordinarily' }).first().click();
      await page.getByText('What is to be booked').waitFor();
    },
  },
  { name: 'Late usage, on the way', variant: 'slow', path: '/late/2026-04', sign: 'Apr 2026' },
  {
    name: 'Late usage, failed',
    variant: 'error',
    path: '/late/2026-04',
    sign: /What arrived late cannot be shown/,
    isFailing: true,
  },
  {
    name: 'Late usage with a correction beside it',
    variant: 'plain',
    path: '/late/2026-04',
    sign: '43 rows',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'As a table' }).click();
      await page.locator('[data-lates]:has([role=rowheader])').focus();
      await page.keyboard.press('Enter');
      await page.getByText('What is to be booked').waitFor();
      await page.keyboard.press('m');
      await page.getByRole('form', { name: 'Mark as invoiced' }).waitFor();
    },
  },
  {
    name: 'Invoice that differs',
    variant: 'plain',
    path: invoice('0014'),
    sign: /1 line differs/,
    prepare: async (page) => {
      await page.keyboard.press('u');
      await page
        .getByRole('button', { name: 'Subtotal' })
        .or(page.getByRole('button', { name: 'Lines', exact: true }))
        .first()
        .click();
    },
  },
  { name: 'Invoice to come', variant: 'plain', path: invoice('0008'), sign: /Stripe holds none/ },
  {
    name: 'Invoice, incomplete',
    variant: 'partial',
    path: invoice('0005'),
    sign: /something that it needs is missing/,
  },
  { name: 'Invoice in dinars', variant: 'currencies', path: invoice('0004'), sign: 'Bill to' },
  { name: 'Invoice, other scripts', variant: 'names', path: invoice('0001'), sign: 'Bill to' },
  {
    name: 'Invoice that is not there',
    variant: 'plain',
    path: invoice('9999'),
    sign: /has no invoice of/,
    isFailing: true,
  },
  { name: 'Engine proof', variant: 'plain', path: '/proof', sign: /Every finalised line/ },
  { name: 'Engine proof, not exact', variant: 'partial', path: '/proof', sign: 'Lines that cannot be rated' },
  {
    name: 'Engine proof, nothing to prove',
    variant: 'empty',
    path: '/proof',
    sign: /No finalised invoice has been pulled/,
  },
  {
    name: 'What if, a price of the catalog',
    variant: 'plain',
    path: '/months/2026-05?whatIf="cpu_seconds"',
    sign: 'A price of your own',
    prepare: async (page) => {
      await page.getByRole('radio').nth(1).check();
      await page.getByText(/^The month comes to/).waitFor();
    },
  },
  {
    name: 'What if, a wrong price',
    variant: 'plain',
    path: '/months/2026-05?whatIf="cpu_seconds"',
    sign: 'A price of your own',
    prepare: async (page) => {
      await page.getByRole('radio').last().check();
      await page.getByRole('textbox', { name: 'Price as JSON' }).fill('{');
      await page.getByText(/This is not JSON/).waitFor();
    },
  },
  {
    name: 'Cell that is billed twice',
    variant: 'plain',
    path: '/months/2026-05/cell?meter="memory_gib_seconds"&customer="cus_0009Kq"&usageId="ws_0009"',
    sign: 'Two invoice lines charge this meter',
  },
  { name: 'Settings, nothing can be saved', variant: 'partial', path: '/settings', sign: /Nothing can be saved now/ },
  {
    name: 'Settings, failed',
    variant: 'error',
    path: '/settings',
    sign: /The meters cannot be shown/,
    isFailing: true,
  },
  {
    name: 'Settings of a new meter, with a wrong table',
    variant: 'plain',
    path: '/settings/meter?eventName="gpu_seconds"',
    sign: 'New meter',
    prepare: async (page) => {
      await page.getByLabel('Table').fill('usage-events');
      await page.getByText(/is not a table name/).waitFor();
    },
  },
  {
    name: 'Settings of a meter, tried and proven',
    variant: 'plain',
    path: '/settings/meter?key="cpu_seconds"',
    sign: 'ClickHouse SQL',
    prepare: async (page) => {
      await page.getByLabel('Customer').last().fill('ws_0046');
      await page.getByRole('button', { name: 'Try' }).click();
      await page.getByRole('region', { name: 'Result of the dry run' }).waitFor();
      await page.getByRole('button', { name: 'Run the cases' }).click();
      await page.getByText('Mistakes that were tried').waitFor();
    },
  },
  {
    name: 'Meter with a customer beside it',
    variant: 'names',
    path: '/meter?key="cpu_seconds"',
    sign: 'By customer',
    prepare: async (page) => {
      await page.locator('[data-healths]:has([role=rowheader])').focus();
      await page.keyboard.press('Enter');
      await page.getByText('Age of the held value').waitFor();
      await page.locator('canvas').nth(2).waitFor();
    },
  },
  {
    name: 'Meter, never watched',
    variant: 'empty',
    path: '/meter?key="cpu_seconds"',
    sign: 'The pushes of this meter have not been watched',
  },
  {
    name: 'Simulate, in mid-run, as text, with all that is expected',
    variant: 'plain',
    path: '/simulate?id="built-in/credits-expiring"',
    sign: 'All 13 expectations hold.',
    prepare: async (page) => {
      await page.getByRole('radio', { name: 'Both' }).check({ force: true });
      await page.getByRole('button', { name: /^Expected/ }).click();
      await page.getByRole('button', { name: 'Step back (←)' }).click();
      await page.getByRole('button', { name: /^Compare/ }).click();
      await page.getByText(/figures differ/).waitFor();
    },
  },
  {
    name: 'Simulate, a scenario with problems',
    variant: 'partial',
    path: '/simulate',
    sign: 'It cannot be played yet',
  },
  {
    name: 'Simulate the month of a customer',
    variant: 'plain',
    path: '/simulate?customer="cus_0046Kq"&month="2026-05"&late="4h"',
    sign: '1 thing is not quite as in the cache',
  },
  { name: 'Simulate, on the way', variant: 'slow', path: '/simulate', sign: 'Simulate' },
  {
    name: 'Simulate, failed',
    variant: 'error',
    path: '/simulate',
    sign: /No scenario can be opened/,
    isFailing: true,
  },
  { name: 'Activity', variant: 'plain', path: '/activity', sign: 'Past pulls' },
  { name: 'No such page', variant: 'plain', path: '/nowhere', sign: 'There is no such page' },
  {
    name: 'Palette',
    variant: 'plain',
    path: '/months',
    sign: /do not tie out/,
    prepare: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder(/Search customers/).waitFor();
    },
  },
  { name: 'Appearance', variant: 'plain', path: '/settings/appearance', sign: 'Time zone of moments' },
  {
    name: 'Sheet of shortcuts',
    variant: 'plain',
    path: '/months/2026-05',
    sign: 'By customer',
    prepare: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    },
  },
  {
    name: 'Columns of a table',
    variant: 'plain',
    path: '/late/2026-04',
    sign: 'How complete usage is',
    prepare: (page) => page.getByRole('button', { name: 'Columns, rows and copy' }).click(),
  },
  {
    name: 'Saved filters, by a link of another workspace',
    variant: 'plain',
    path: '/invoices/2026-05?workspace=Elsewhere',
    sign: /Open the folder of that workspace/,
    prepare: (page) => page.getByTitle('Saved filters').click(),
  },
];
