import { describe, expect, test } from 'vitest';
import { BILLING_FAULTS, plantedBilling } from '../../../main/sample/billing-faults.ts';
import { compareBilling, compareProof } from '../../../main/sample/check.ts';
import { plannedFaults } from '../../../main/sample/faults.ts';
import { type HeldUsage, sampleInvoices } from '../../../main/sample/invoices.ts';
import { SAMPLE_MONTHS, sampleCustomers } from '../../../main/sample/world.ts';
import type { SeedInvoice } from '../../../main/sandbox/stripe/build-invoice.ts';
import type { BillingVerdict, CellResult } from '../../../shared/reconciliation/result.ts';
import type { ProofReport } from '../../../shared/reports/proof.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { monthPeriod } from '../../../shared/values/period.ts';

const customers = sampleCustomers({ seed: 7, scale: 1 });
const ONE = 10n ** 12n;

/** The same for everyone, so that every amount can be checked by hand. */
const USED: Readonly<Record<string, bigint>> = {
  mtr_sample_cpu: 1_000_000n * ONE,
  mtr_sample_memory: 20_000_000n * ONE,
  mtr_sample_disk: 500_000_000n * ONE,
  mtr_sample_egress: 110n * ONE,
  mtr_sample_keys: 101n * ONE,
  mtr_sample_gpu: 10n * ONE,
};
/** 694.40, 3472 + 3000, 3000, 0 + 500, 50.5 + 1500 cents. */
const METERED = [694n, 3472n, 3000n, 3000n, 0n, 500n, 51n, 1500n];
const BASE = 4900n;

const held: HeldUsage = (meterId) => USED[meterId] ?? 0n;
const { invoices, balances } = sampleInvoices(customers, held);

const of = (index: number, name: string): SeedInvoice => {
  const found = invoices.find(({ id }) => id === `in_sample_${String(index + 1).padStart(8, '0')}${name}`);
  if (found === undefined) throw new Error(`no invoice ${name} of ${index}`);
  return found;
};
const amounts = ({ lines }: SeedInvoice): bigint[] => lines.map(({ amountMinor }) => amountMinor);
const taken = ({ lines }: SeedInvoice, from: 'discounts' | 'credits'): bigint[] =>
  lines.map((line) => (line[from] ?? []).reduce((sum, { amountMinor }) => sum + amountMinor, 0n));
const taxes = ({ lines }: SeedInvoice): bigint[] =>
  lines.map((line) => (line.taxes ?? []).reduce((sum, { amountMinor }) => sum + amountMinor, 0n));

describe('the invoices of the sample', () => {
  test('the base fee in advance, usage in arrears, the last one a draft', () => {
    expect(amounts(of(0, '_start'))).toEqual([BASE]);
    const march = of(0, '_202603');
    expect(amounts(march)).toEqual([...METERED, BASE]);
    expect(march.lines.at(0)).toMatchObject({ quantity: '1000000', period: monthPeriod(SAMPLE_MONTHS[0]) });
    expect(march.lines.at(-1)).toMatchObject({ quantity: '1', period: monthPeriod(SAMPLE_MONTHS[1]) });
    expect(['_start', '_202603', '_202604', '_202605'].map((name) => of(0, name).status)).toEqual([
      'paid',
      'paid',
      'paid',
      'draft',
    ]);
  });

  test('a percent of each row, rounded on it', () => {
    // 12.5 % of 694, 3472, 3000, 3000, 0, 500, 51, 1500 and 4900.
    const discounts = [87n, 434n, 375n, 375n, 0n, 63n, 6n, 188n, 613n];
    expect(taken(of(31, '_202603'), 'discounts')).toEqual(discounts);
    // Of one item, on one row; of the customer where the subscription has none.
    expect(taken(of(14, '_202603'), 'discounts')).toEqual([0n, 0n, 0n, 600n, 0n, 0n, 0n, 0n, 0n]);
    expect(taken(of(20, '_start'), 'discounts')).toEqual([245n]);
  });

  test('an amount is shared out by largest remainder, and ends after three months', () => {
    const shares = taken(of(8, '_202603'), 'discounts');
    expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(2500n);
    // 2500 of 17 117: 101.36, 507.10, 438.16, 438.16, 0, 73.03, 7.45, 219.08, 715.66; two units remain.
    expect(shares).toEqual([101n, 507n, 438n, 438n, 0n, 73n, 8n, 219n, 716n]);
    expect(taken(of(8, '_202605'), 'discounts').every((share) => share === 0n)).toBe(true);
  });

  test('credits pay usage alone: the promotion first, then what was prepaid; one for egress; none that ran out', () => {
    const first = of(1, '_202603');
    const used = first.lines
      .flatMap(({ credits = [] }) => credits)
      .map(({ grant, amountMinor }) => [grant, amountMinor]);
    const [promo, paid] = ['credgr_sample_promo_00000002', 'credgr_sample_paid_00000002'];
    expect(used).toEqual([
      [promo, 694n],
      [promo, 3472n],
      [promo, 834n],
      [paid, 2166n],
      [paid, 3000n],
      [paid, 500n],
      [paid, 51n],
      [paid, 1500n],
    ]);
    expect(taken(first, 'credits')).toEqual([694n, 3472n, 3000n, 3000n, 0n, 500n, 51n, 1500n, 0n]);
    expect(taken(of(10, '_202603'), 'credits')).toEqual([0n, 0n, 0n, 0n, 0n, 500n, 0n, 0n, 0n]);
    expect(of(19, '_202603').lines.flatMap(({ credits = [] }) => credits)).toEqual([
      { grant: 'credgr_sample_paid_00000020', amountMinor: 607n },
      { grant: 'credgr_sample_paid_00000020', amountMinor: 893n },
    ]);
  });

  test('tax on top, tax within, tax of an item', () => {
    // 20 % of 694 … 4900, exclusive.
    expect(taxes(of(11, '_202603'))).toEqual([139n, 694n, 600n, 600n, 0n, 100n, 10n, 300n, 980n]);
    // 19 of 119 parts.
    expect(taxes(of(26, '_202603'))).toEqual([111n, 554n, 479n, 479n, 0n, 80n, 8n, 239n, 782n]);
    expect(of(26, '_202603').lines.at(-1)?.taxes).toEqual([
      { taxRate: 'txr_sample_ust', amountMinor: 782n, taxableMinor: 4118n, inclusive: true },
    ]);
    expect(of(28, '_start').lines[0]?.taxes).toMatchObject([{ taxRate: 'txr_sample_reduced', amountMinor: 123n }]);
  });

  test('a balance is used up, invoice by invoice', () => {
    const whole = METERED.reduce((sum, amount) => sum + amount, 0n) + BASE;
    expect(of(46, '_start').startingBalanceMinor).toBe(-150_000n);
    expect(of(46, '_202603').startingBalanceMinor).toBe(-150_000n + BASE);
    expect(balances.get(customers[46]?.customerId ?? '')).toBe(-150_000n + BASE + 2n * whole);
  });

  test('a start in mid-month costs its share; a pilot is billed on the 15th; a trial costs nothing', () => {
    // 23 of 30 days.
    expect(of(16, '_start').lines).toMatchObject([
      {
        amountMinor: 3757n,
        isProration: true,
        period: { from: parseInstant('2026-04-08T00:00:00Z'), to: parseInstant('2026-05-01T00:00:00Z') },
      },
    ]);
    expect(of(1, '_gpu_202603').period).toEqual({
      from: parseInstant('2026-03-15T00:00:00Z'),
      to: parseInstant('2026-04-15T00:00:00Z'),
    });
    expect(amounts(of(1, '_gpu_202603'))).toEqual([38n, 5000n]);
    expect(amounts(of(2, '_gpu_start'))).toEqual([0n]);
  });

  test('packages for some', () => {
    expect(of(4, '_202603').lines.find(({ price }) => price?.includes('packs'))).toMatchObject({
      quantity: '101',
      amountMinor: 449n,
    });
  });

  test('numbers tell the customer and the order', () => {
    expect(['_start', '_202603', '_202604', '_202605'].map((name) => of(0, name).number)).toEqual([
      'SC001-0001',
      'SC001-0002',
      'SC001-0003',
      undefined,
    ]);
  });
});

describe('billing faults', () => {
  test('hit customers without a usage fault in that month, each once', () => {
    const months = plannedFaults(SAMPLE_MONTHS).map(({ customer, month }) => `${customer} ${month}`);
    expect(BILLING_FAULTS.filter(({ customer, month }) => months.includes(`${customer} ${month}`))).toEqual([]);
    expect(new Set(BILLING_FAULTS.map(({ kind }) => kind)).size).toBe(BILLING_FAULTS.length);
    expect(new Set(BILLING_FAULTS.map(({ customer }) => customer)).size).toBe(BILLING_FAULTS.length);
  });

  test('change the invoice of April and no other', () => {
    expect(amounts(of(2, '_202604'))).toEqual([694n, 3000n, 0n, 500n, 51n, 1500n, BASE]);
    expect(of(13, '_manual')).toMatchObject({ status: 'open', subscription: null });
    expect(amounts(of(13, '_manual'))).toEqual([0n, 500n]);
    expect(amounts(of(22, '_202604'))[3]).toBe(2500n);
    expect(of(49, '_202604').lines[0]).toMatchObject({ price: 'price_sample_cpu_seconds_2025_usd', amountMinor: 810n });
    expect(of(57, '_202604').lines[0]).toMatchObject({ price: 'price_sample_cpu_seconds_usd', amountMinor: 710n });
    expect(of(50, '_202604').status).toBe('void');
    expect(of(55, '_202604').lines[6]?.period?.to).toBe(parseInstant('2026-05-02T00:00:00Z'));
    for (const { customer } of BILLING_FAULTS.filter(({ kind }) => kind !== 'line_twice')) {
      expect(amounts(of(customer, '_202603'))).toEqual([...METERED, BASE]);
    }
  });

  test('one asks for less time than the month, since the last push came late', () => {
    const asked: string[] = [];
    sampleInvoices(customers, (meterId, customerId, { to }) => {
      if (customerId === customers[42]?.customerId && meterId === 'mtr_sample_cpu')
        asked.push(new Date(to).toISOString());
      return 0n;
    });
    expect(asked).toContain('2026-04-30T23:00:00.000Z');
  });
});

describe('the check of what is billed, which can fail', () => {
  const planted = plantedBilling(customers);
  const row = (meter: string, customer: string, verdict: BillingVerdict | null): CellResult => ({
    customer,
    usageId: null,
    usageIds: [],
    name: null,
    meter,
    unit: '',
    measured: null,
    metered: null,
    billed: null,
    drift: null,
    verdict: 'agree',
    isStructural: false,
    cause: null,
    billing: verdict === null ? null : { verdict, line: null },
    money: null,
  });
  const months = (change: (verdict: BillingVerdict, at: number) => BillingVerdict = (verdict) => verdict) =>
    ['2026-04', '2026-05'].map((month) => ({
      month,
      rows: planted
        .map((cell, at) => ({ ...cell, at }))
        .filter((cell) => cell.month === month)
        .map((cell) => row(cell.meter, cell.customer, change(cell.verdict, cell.at))),
    }));

  test('everything as planted', () => {
    expect(planted).toHaveLength(13);
    expect(compareBilling(planted, months(), '2026-05')).toEqual([]);
  });

  test('one that was not found', () => {
    const found = compareBilling(
      planted,
      months((verdict, at) => (at === 0 ? 'billed_agree' : verdict)),
      '2026-05',
    );
    expect(found).toEqual([expect.stringMatching(/^not found: 2026-04 memory_gib_seconds/)]);
  });

  test('one that nobody planted; drafts of the open month are none', () => {
    const extra = (month: string, verdict: BillingVerdict | null) => ({
      month,
      rows: [row('cpu_seconds', 'cus_x', verdict)],
    });
    expect(compareBilling([], [extra('2026-04', 'not_final')], '2026-05')).toHaveLength(1);
    expect(compareBilling([], [extra('2026-05', 'not_final'), extra('2026-04', null)], '2026-05')).toEqual([]);
  });

  test('the proof: lines that differ without being planted, and planted ones that do not', () => {
    const report = (differing: readonly object[]): ProofReport =>
      ({
        proof: { differing, unratable: [] },
        ownerOf: () => ({ customer: customers[22]?.customerId }),
        meterOf: () => 'disk_gib_seconds',
      }) as unknown as ProofReport;
    const line = { id: 'il_1', invoiceId: 'in_1', priceId: 'p', servicePeriod: monthPeriod(SAMPLE_MONTHS[1]) };
    const one = planted.filter(({ kind }) => kind === 'edited_amount');
    expect(compareProof(one, report([{ line, cause: 'manual_edit' }]))).toEqual([]);
    expect(compareProof(one, report([]))).toHaveLength(1);
    expect(compareProof(one, report([{ line, cause: 'rounding' }]))).toHaveLength(2);
  });
});
