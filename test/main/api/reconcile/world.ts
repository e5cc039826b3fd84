import type { ReconcileMeter, ReconcileSettings } from '../../../../main/api/reconcile/settings.ts';
import { packHours } from '../../../../main/cache/hour-pack.ts';
import type { Db } from '../../../../main/cache/open.ts';
import type { Price } from '../../../../shared/billing/price.ts';
import { STRIPE_RATING } from '../../../../shared/rating/options.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { parseFraction } from '../../../../shared/values/fraction.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { toStored } from '../../../../shared/values/quantity.ts';
import { scratchCache } from '../../cache/scratch.ts';

export type WorldMeter = {
  readonly key: string;
  readonly unit?: string;
  readonly formula?: 'sum' | 'count' | 'last';
  readonly status?: 'active' | 'inactive';
  readonly scale?: string;
  readonly exponent?: number;
  readonly combine?: 'sum' | 'last' | 'max';
  readonly relative?: string;
  readonly absolute?: string;
  /** Stripe has no such meter. */
  readonly isMissing?: boolean;
  /** Stripe had no such meter when its summaries were pulled; it has one now. */
  readonly wasMissing?: boolean;
  /** In the pull, not in the file. */
  readonly isUnconfigured?: boolean;
  readonly notPulled?: readonly ('clickhouse' | 'stripe')[];
  readonly changed?: readonly ('usage' | 'stripe' | 'mapping')[];
  readonly stripeSelection?: readonly string[];
};

/** usage id → native total (text), or hours by number; customers likewise in billed units. */
export type Series = string | { readonly [hour: number]: string };

export type World = {
  readonly month?: string;
  readonly meters: readonly WorldMeter[];
  readonly customers?: readonly {
    readonly id: string;
    readonly name?: string;
    readonly usageIds?: readonly string[];
    readonly isDeleted?: boolean;
    readonly testClock?: string;
  }[];
  readonly usage?: Readonly<Record<string, Readonly<Record<string, Series>>>>;
  /** null: asked, and Stripe holds no event. */
  readonly metered?: Readonly<Record<string, Readonly<Record<string, Series | null>>>>;
  readonly prices?: readonly (Partial<Price> & { readonly id: string; readonly meter: string })[];
  readonly items?: readonly {
    readonly customer: string;
    readonly price: string;
    readonly periodTo?: string;
    readonly endedAt?: string;
    readonly currency?: string;
  }[];
  readonly lines?: readonly {
    readonly customer: string;
    readonly price: string;
    readonly amount: number | bigint;
    /** null: the line shows none. */
    readonly quantity: string | null;
    readonly status?: string;
    readonly from?: string;
    readonly to?: string;
    /** Lines of one name are on one invoice; by default each has its own. */
    readonly invoice?: string;
    /** Place in `items`. */
    readonly item?: number;
    readonly isProration?: boolean;
    readonly currency?: string;
  }[];
  /** Invoices without lines: of the subscription of an item. */
  readonly invoices?: readonly {
    readonly item: number;
    readonly status?: string;
    readonly from?: string;
    readonly to?: string;
  }[];
  /** Places in `items` whose subscriptions are on trial all month. */
  readonly trials?: readonly number[];
  readonly stripePulledAt?: string;
  readonly testClocks?: boolean;
};

export const MONTH = '2026-05';

/** A world in a real SQLite file, by default one of the running test alone, and the settings that go with it. */
export function build(world: World, db: Db = scratchCache()): { db: Db; settings: ReconcileSettings } {
  const month = world.month ?? MONTH;
  const usageKeys = keysOf(world);
  const customers = world.customers ?? [];
  const customerKeys = new Map(customers.map(({ id }, index) => [id, index + 1]));
  for (const [id, key] of usageKeys) run(db, 'INSERT INTO usage_identity VALUES (?, ?)', key, id);
  for (const customer of customers) {
    const key = customerKeys.get(customer.id);
    run(
      db,
      'INSERT INTO customer (customer_key, id, name, is_deleted, test_clock) VALUES (?, ?, ?, ?, ?)',
      key,
      customer.id,
      customer.name ?? null,
      customer.isDeleted === true ? 1 : 0,
      customer.testClock ?? null,
    );
    for (const usageId of customer.usageIds ?? []) {
      run(db, 'INSERT INTO mapping VALUES (?, ?)', usageKeys.get(usageId), key);
    }
  }
  insertBilling(db, world);
  insertPull(db, { source: 'catalog', month: null, meterKey: null, fingerprint: 'c', mapping: 'm' });
  for (const [index, meter] of world.meters.entries())
    insertMeter(db, { world, meter, index, month, usageKeys, customerKeys });
  return { db, settings: settingsOf(world) };
}

const keysOf = (world: World): Map<string, number> => {
  const ids = new Set<string>();
  for (const { usageIds } of world.customers ?? []) for (const id of usageIds ?? []) ids.add(id);
  for (const cells of Object.values(world.usage ?? {})) for (const id of Object.keys(cells)) ids.add(id);
  return new Map([...ids].map((id, index) => [id, index + 1]));
};

const run = (db: Db, sql: string, ...values: unknown[]): number =>
  Number(db.prepare(sql).run(...values).lastInsertRowid);

export const settingsOf = (world: World): ReconcileSettings => ({
  workspace: 'Acme Cloud',
  meters: world.meters.filter(({ isUnconfigured }) => isUnconfigured !== true).map(meterSettings),
  mappingFingerprint: 'm',
  rating: STRIPE_RATING,
  testClocks: world.testClocks ?? false,
});

const meterSettings = (meter: WorldMeter): ReconcileMeter => ({
  key: meter.key,
  unit: meter.unit ?? 'units',
  stripe: { eventName: `${meter.key}_event` },
  tolerance: {
    relative: parseDecimal(meter.relative ?? '0.001'),
    absolute: parseDecimal(meter.absolute ?? '0'),
    stalenessMs: 7_200_000,
  },
  scale: parseFraction(meter.scale ?? '1'),
  combine: meter.combine ?? 'sum',
  template: 'events',
  usageFingerprint: `u-${meter.key}`,
  stripeFingerprint: `s-${meter.key}`,
});

function insertPull(
  db: Db,
  pull: {
    readonly source: string;
    readonly month: string | null;
    readonly meterKey: number | null;
    readonly fingerprint: string;
    readonly mapping: string;
    readonly startedAt?: string;
    readonly exponent?: number;
    readonly stripeMeterId?: string | null;
    readonly selection?: string | null;
  },
): number {
  const started = parseInstant(pull.startedAt ?? '2026-06-01T02:00:00Z');
  const key = run(
    db,
    `INSERT INTO pull_run (source, month, meter_key, state, started_at, finished_at, tool_version, fingerprint, mapping_fingerprint, exponent, stripe_meter_id, selection, content_hash)
     VALUES (?, ?, ?, 'complete', ?, ?, 'test', ?, ?, ?, ?, ?, 'h')`,
    pull.source,
    pull.month,
    pull.meterKey,
    started,
    started + 60_000,
    pull.fingerprint,
    pull.mapping,
    pull.exponent ?? 0,
    pull.stripeMeterId ?? null,
    pull.selection ?? null,
  );
  if (pull.meterKey !== null) {
    run(db, 'INSERT INTO pull_in_force VALUES (?, ?, ?, ?)', pull.month, pull.meterKey, pull.source, key);
  }
  return key;
}

type MeterAt = {
  readonly world: World;
  readonly meter: WorldMeter;
  readonly index: number;
  readonly month: string;
  readonly usageKeys: ReadonlyMap<string, number>;
  readonly customerKeys: ReadonlyMap<string, number>;
};

function insertMeter(db: Db, { world, meter, index, month, usageKeys, customerKeys }: MeterAt): void {
  const key = meter.isUnconfigured === true ? `stripe:${meter.key}` : meter.key;
  const meterKey = index + 1;
  run(db, 'INSERT INTO meter_key VALUES (?, ?)', meterKey, key);
  if (meter.isMissing !== true) {
    run(
      db,
      `INSERT INTO meter VALUES (?, ?, ?, ?, ?, NULL, 'stripe_customer_id', 'value', 0)`,
      `mtr_${meter.key}`,
      meter.key,
      `${meter.key}_event`,
      meter.formula ?? 'sum',
      meter.status ?? 'active',
    );
  }
  if (meter.isUnconfigured !== true && meter.notPulled?.includes('clickhouse') !== true) {
    const pull = insertPull(db, {
      source: 'clickhouse',
      month,
      meterKey,
      fingerprint: meter.changed?.includes('usage') === true ? 'other' : `u-${meter.key}`,
      mapping: 'm',
      exponent: meter.exponent ?? 0,
    });
    for (const [id, series] of Object.entries(world.usage?.[meter.key] ?? {}))
      insertUsage(db, pull, usageKeys.get(id) ?? 0, series);
  }
  if (meter.notPulled?.includes('stripe') === true) return;
  const selected = meter.stripeSelection;
  const pull = insertPull(db, {
    source: 'stripe',
    month,
    meterKey,
    fingerprint: meter.changed?.includes('stripe') === true ? 'other' : `s-${meter.key}`,
    mapping: meter.changed?.includes('mapping') === true ? 'other' : 'm',
    startedAt: world.stripePulledAt ?? '2026-06-01T02:01:10Z',
    stripeMeterId: meter.isMissing === true || meter.wasMissing === true ? null : `mtr_${meter.key}`,
    selection:
      selected === undefined
        ? null
        : JSON.stringify({ usageKeys: [], customerKeys: selected.map((id) => customerKeys.get(id)) }),
  });
  for (const [id, series] of Object.entries(world.metered?.[meter.key] ?? {})) {
    insertSummary(db, { pull, customerKey: customerKeys.get(id) ?? 0, series, formula: meter.formula ?? 'sum' });
  }
}

const stored = (text: string) => {
  try {
    const found = toStored(parseDecimal(text));
    return found === null ? { whole: 0n, frac: 0n, text } : { ...found, text: null };
  } catch {
    return { whole: 0n, frac: 0n, text };
  }
};

const hourValues = (series: { readonly [hour: number]: string }) =>
  Object.entries(series).map(([hour, text]) => {
    const { whole, frac } = stored(text);
    return { hour: Number(hour), whole, frac: Number(frac) };
  });

function insertUsage(db: Db, pull: number, usageKey: number, series: Series): void {
  const total = typeof series === 'string' ? series : sumText(Object.values(series));
  const { whole, frac, text } = stored(total);
  run(db, 'INSERT INTO usage_month VALUES (?, ?, ?, ?, ?)', pull, usageKey, whole, frac, text);
  if (typeof series !== 'string')
    run(db, 'INSERT INTO usage_hours VALUES (?, ?, ?)', pull, usageKey, packHours(hourValues(series)));
}

function insertSummary(
  db: Db,
  at: { readonly pull: number; readonly customerKey: number; readonly series: Series | null; readonly formula: string },
): void {
  const { pull, customerKey, series } = at;
  if (series === null) {
    run(db, 'INSERT INTO summary_month VALUES (?, ?, 0, 0, 0, NULL)', pull, customerKey);
    return;
  }
  const values = typeof series === 'string' ? [series] : Object.values(series);
  const total = at.formula === 'last' ? (values.at(-1) ?? '0') : sumText(values);
  const { whole, frac, text } = stored(total);
  run(db, 'INSERT INTO summary_month VALUES (?, ?, 1, ?, ?, ?)', pull, customerKey, whole, frac, text);
  if (typeof series !== 'string') {
    run(db, 'INSERT INTO summary_hours VALUES (?, ?, ?)', pull, customerKey, packHours(hourValues(series)));
  }
}

function sumText(values: readonly string[]): string {
  if (values.length === 1) return values[0] ?? '0';
  let pico = 0n;
  for (const value of values) {
    const { whole, frac } = stored(value);
    pico += whole * 10n ** 12n + frac;
  }
  const digits = pico.toString().padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

function insertBilling(db: Db, world: World): void {
  for (const { meter, ...price } of world.prices ?? []) {
    const body = {
      productId: null,
      nickname: null,
      isActive: true,
      currency: 'usd',
      billingScheme: 'per_unit',
      tiersMode: null,
      transformQuantity: null,
      unitAmount: null,
      tiers: null,
      usageType: 'metered',
      meterId: `mtr_${meter}`,
      interval: { unit: 'month', count: 1 },
      currencyOptions: [],
      created: 0,
      ...price,
    };
    run(db, 'INSERT INTO price VALUES (?, ?, ?)', price.id, `mtr_${meter}`, JSON.stringify(body));
  }
  insertItems(db, world);
  insertInvoices(db, world);
}

function insertItems(db: Db, world: World): void {
  for (const [index, item] of (world.items ?? []).entries()) {
    const started = parseInstant('2026-01-01T00:00:00Z');
    const trial =
      world.trials?.includes(index) === true
        ? { from: parseInstant('2026-05-01T00:00:00Z'), to: parseInstant('2026-06-01T00:00:00Z') }
        : { from: null, to: null };
    const currency = item.currency ?? 'usd';
    const body = { currency, billingCycleAnchor: started, trial, items: [], discounts: [] };
    run(
      db,
      `INSERT INTO subscription (id, customer_id, status, started_at, ended_at, created, body) VALUES (?, ?, 'active', ?, ?, ?, ?)`,
      `sub_${index}`,
      item.customer,
      started,
      item.endedAt === undefined ? null : parseInstant(item.endedAt),
      started,
      JSON.stringify(body),
    );
    run(
      db,
      'INSERT INTO subscription_item (id, subscription_id, price_id, quantity, period_from, period_to, created) VALUES (?, ?, ?, NULL, ?, ?, ?)',
      `si_${index}`,
      `sub_${index}`,
      item.price,
      parseInstant('2026-06-01T00:00:00Z'),
      parseInstant(item.periodTo ?? '2026-07-01T00:00:00Z'),
      started,
    );
    run(
      db,
      `INSERT INTO metered_item SELECT p.meter_id, c.customer_key, ?, p.id, ?, ?, ?, ? FROM price p, customer c WHERE p.id = ? AND c.id = ?`,
      `si_${index}`,
      item.currency ?? 'usd',
      parseInstant(item.periodTo ?? '2026-07-01T00:00:00Z'),
      started,
      item.endedAt === undefined ? null : parseInstant(item.endedAt),
      item.price,
      item.customer,
    );
  }
}

function insertInvoices(db: Db, world: World): void {
  const positions = new Map<string, number>();
  for (const [index, line] of (world.lines ?? []).entries()) {
    const [from, to] = [
      parseInstant(line.from ?? '2026-05-01T00:00:00Z'),
      parseInstant(line.to ?? '2026-06-01T00:00:00Z'),
    ];
    const invoice = line.invoice ?? `in_${index}`;
    const position = positions.get(invoice) ?? 0;
    positions.set(invoice, position + 1);
    if (position === 0) {
      run(
        db,
        `INSERT INTO invoice (id, customer_id, status, currency, period_from, period_to, created, subtotal_minor, total_minor, due_minor)
         VALUES (?, ?, ?, 'usd', ?, ?, 0, 0, 0, 0)`,
        invoice,
        line.customer,
        line.status ?? 'paid',
        from,
        to,
      );
    }
    run(
      db,
      `INSERT INTO invoice_line (id, invoice_id, position, amount_minor, currency, quantity, price_id, subscription_id, subscription_item_id, service_from, service_to, is_proration, discount_minor)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
      `il_${index}`,
      invoice,
      position,
      line.amount,
      line.currency ?? 'usd',
      line.quantity,
      line.price,
      line.item === undefined ? null : `sub_${line.item}`,
      line.item === undefined ? null : `si_${line.item}`,
      from,
      to,
      line.isProration === true ? 1 : 0,
    );
  }
  for (const [index, invoice] of (world.invoices ?? []).entries()) {
    run(
      db,
      `INSERT INTO invoice (id, customer_id, subscription_id, status, currency, period_from, period_to, created, subtotal_minor, total_minor, due_minor)
       VALUES (?, ?, ?, ?, 'usd', ?, ?, 0, 0, 0, 0)`,
      `in_empty_${index}`,
      world.items?.[invoice.item]?.customer ?? '',
      `sub_${invoice.item}`,
      invoice.status ?? 'paid',
      parseInstant(invoice.from ?? '2026-05-01T00:00:00Z'),
      parseInstant(invoice.to ?? '2026-06-01T00:00:00Z'),
    );
  }
}
