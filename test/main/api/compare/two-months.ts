import type { CompareRequest } from '../../../../main/api/compare/compare-months.ts';
import { insertDecision } from '../../../../main/cache/late-decision-store.ts';
import type { Db } from '../../../../main/cache/open.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { toStored } from '../../../../shared/values/quantity.ts';
import { build, type World } from '../reconcile/world.ts';

/** April and May of one fleet; quantities are measured and metered alike. */
export type TwoMonths = {
  readonly meters: readonly string[];
  readonly prices: NonNullable<World['prices']>;
  readonly customers: readonly {
    readonly id: string;
    readonly name?: string;
    readonly currency?: string;
    /** The prices of its items; those of May begin on its first day. */
    readonly items: readonly { readonly price: string; readonly in?: 'april' | 'may' }[];
  }[];
  /** `customer meter` → quantity. */
  readonly april: Readonly<Record<string, string>>;
  readonly may: Readonly<Record<string, string>>;
  readonly lines?: readonly {
    readonly customer: string;
    readonly price: string;
    readonly in: 'april' | 'may';
    readonly quantity: string | null;
    readonly amount: number | bigint;
    readonly off?: number;
    readonly status?: string;
    readonly invoice?: string;
    readonly currency?: string;
    readonly period?: readonly [string, string];
  }[];
  /** Late usage that was invoiced in May. */
  readonly corrections?: readonly {
    readonly customer: string;
    readonly meter: string;
    readonly amount: number;
    readonly isVoid?: boolean;
  }[];
  /** A meter of which nothing was pulled in April. */
  readonly notInApril?: readonly string[];
};

const APRIL = ['2026-04-01T00:00:00Z', '2026-05-01T00:00:00Z'] as const;
const MAY = ['2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z'] as const;
const periodOf = { april: APRIL, may: MAY };

export function twoMonths(of: TwoMonths): CompareRequest {
  const items = of.customers.flatMap(({ id, items: own, currency }) => own.map((item) => ({ ...item, id, currency })));
  const { db, settings } = build({
    meters: of.meters.map((key) => ({ key })),
    customers: of.customers.map(({ id, name }) => ({
      id,
      usageIds: [`ws_${id}`],
      ...(name === undefined ? {} : { name }),
    })),
    prices: of.prices,
    items: items.map((item) => ({
      customer: item.id,
      price: item.price,
      ...(item.currency === undefined ? {} : { currency: item.currency }),
      ...(item.in === 'april' ? { endedAt: APRIL[1] } : {}),
    })),
    lines: (of.lines ?? []).map((line, index) => ({
      customer: line.customer,
      price: line.price,
      quantity: line.quantity,
      amount: line.amount,
      from: line.period?.[0] ?? periodOf[line.in][0],
      to: line.period?.[1] ?? periodOf[line.in][1],
      invoice: line.invoice ?? `in_${line.in}_${index}`,
      ...(line.status === undefined ? {} : { status: line.status }),
      ...(line.currency === undefined ? {} : { currency: line.currency }),
    })),
    usage: byMeter(of.meters, of.may, 'ws_'),
    metered: byMeter(of.meters, of.may, ''),
  });
  for (const [index, item] of items.entries()) {
    if (item.in === 'may') {
      db.prepare('UPDATE metered_item SET alive_from = ? WHERE item_id = ?').run(parseInstant(MAY[0]), `si_${index}`);
    }
  }
  for (const [index, { off }] of (of.lines ?? []).entries()) {
    if (off !== undefined)
      db.prepare('UPDATE invoice_line SET discount_minor = ? WHERE id = ?').run(off, `il_${index}`);
  }
  for (const meter of of.meters) {
    if (of.notInApril?.includes(meter) !== true) pullApril(db, of, meter);
  }
  for (const correction of of.corrections ?? []) book(db, of, correction);
  return {
    db,
    settings,
    from: parseMonth('2026-04'),
    to: parseMonth('2026-05'),
    basis: null,
    now: parseInstant('2026-06-05T00:00:00Z'),
  };
}

function byMeter(meters: readonly string[], cells: Readonly<Record<string, string>>, prefix: string) {
  return Object.fromEntries(
    meters.map((meter) => [
      meter,
      Object.fromEntries(
        Object.entries(cells).flatMap(([key, quantity]) => {
          const [customer, of] = key.split(' ');
          return of === meter ? [[`${prefix}${customer}`, quantity]] : [];
        }),
      ),
    ]),
  );
}

function pullApril(db: Db, { meters, april }: TwoMonths, meter: string): void {
  const meterKey = meters.indexOf(meter) + 1;
  const began = (source: string, fingerprint: string): number => {
    const pull = Number(
      db
        .prepare(
          `INSERT INTO pull_run (source, month, meter_key, state, started_at, finished_at, tool_version, fingerprint, mapping_fingerprint, stripe_meter_id, content_hash)
           VALUES (?, '2026-04', ?, 'complete', ?, ?, 'test', ?, 'm', ?, 'h')`,
        )
        .run(
          source,
          meterKey,
          parseInstant('2026-05-01T02:00:00Z'),
          parseInstant('2026-05-01T02:01:00Z'),
          fingerprint,
          `mtr_${meter}`,
        ).lastInsertRowid,
    );
    db.prepare(`INSERT INTO pull_in_force VALUES ('2026-04', ?, ?, ?)`).run(meterKey, source, pull);
    return pull;
  };
  const usage = began('clickhouse', `u-${meter}`);
  const summaries = began('stripe', `s-${meter}`);
  for (const [key, text] of Object.entries(april)) {
    const [customer, ofMeter] = key.split(' ');
    const quantity = toStored(parseDecimal(text));
    if (ofMeter !== meter || quantity === null) continue;
    db.prepare('INSERT INTO usage_month SELECT ?, usage_key, ?, ?, NULL FROM usage_identity WHERE usage_id = ?').run(
      usage,
      quantity.whole,
      quantity.frac,
      `ws_${customer}`,
    );
    db.prepare('INSERT INTO summary_month SELECT ?, customer_key, 1, ?, ?, NULL FROM customer WHERE id = ?').run(
      summaries,
      quantity.whole,
      quantity.frac,
      customer,
    );
  }
}

function book(db: Db, { meters }: TwoMonths, of: NonNullable<TwoMonths['corrections']>[number]): void {
  const meterKey = meters.indexOf(of.meter) + 1;
  const run = db
    .prepare(
      `INSERT INTO rating_run (kind, month, customer_id, item_id, meter_key, price_id, price, currency, service_from, service_to,
         lines, engine, booked_from, booked_to, input_digest, tool_version, created_at)
       VALUES ('correction', '2026-03', ?, 'si', ?, 'price', '{}', 'usd', ?, ?, ?, 'delta', ?, ?, 'd', 'test', 0)`,
    )
    .run(
      of.customer,
      meterKey,
      parseInstant('2026-03-01T00:00:00Z'),
      parseInstant('2026-04-01T00:00:00Z'),
      JSON.stringify([{ totals: { totalMinor: String(of.amount) } }]),
      parseInstant(MAY[0]),
      parseInstant(MAY[1]),
    ).lastInsertRowid;
  if (of.isVoid === true) db.prepare(`INSERT INTO rating_run_void VALUES (?, 0, 'void')`).run(run);
  insertDecision(db, parseMonth('2026-03'), {
    customerId: of.customer,
    meterKey,
    digest: 'd',
    decision: 'invoiced',
    note: '',
    author: 'Ada',
    at: parseInstant('2026-05-03T00:00:00Z'),
  });
}
