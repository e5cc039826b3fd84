import type { Db } from './open.ts';
import { allRows } from './query.ts';

/**
 * Agreeing cells of one meter as columns, by position. Quantities are two integers below 2^53 in the billed unit, the
 * whole NaN where there is none; money is integer minor units, where `currency` is not 0.
 */
export type AgreementColumns = {
  readonly meterKey: number;
  readonly customerKeys: Int32Array;
  /** 0: none. */
  readonly usageKeys: Int32Array;
  readonly measuredWhole: Float64Array;
  readonly measuredFrac: Float64Array;
  readonly meteredWhole: Float64Array;
  readonly meteredFrac: Float64Array;
  /** 1 + index into `currencies`; 0: no money. */
  readonly currency: Uint8Array;
  readonly currencies: readonly string[];
  readonly measuredMinor: Float64Array;
  readonly meteredMinor: Float64Array;
};

/** One meter's columns and which positions of them agree, ascending by customer key. */
export type Agreements = { readonly columns: AgreementColumns; readonly positions: Int32Array };

const ROWS_PER_STATEMENT = 100;
const PLAIN = ['customer_key', 'usage_key', 'measured_whole', 'measured_frac', 'metered_whole', 'metered_frac'];
const MONEY = ['currency', 'measured_minor', 'metered_minor'];

/**
 * Writes agreeing cells straight from their columns: run and meter are bound once a statement, and a meter without
 * prices binds no money, since every value bound costs as much as storing it. Begins no transaction of its own.
 */
export function saveAgreements(db: Db, run: number, { columns, positions }: Agreements): void {
  const hasMoney = columns.currencies.length > 0;
  const names = hasMoney ? [...PLAIN, ...MONEY] : PLAIN;
  const width = names.length;
  const tuple = `(@run, @meter, ${names.map(() => '?').join(', ')})`;
  const prepare = (rows: number) =>
    db.prepare(
      `INSERT INTO tieout_agreement (run, meter_key, ${names.join(', ')}) VALUES ${new Array(rows).fill(tuple).join(', ')}`,
    );
  const many = prepare(ROWS_PER_STATEMENT);
  const one = prepare(1);
  const shared = { run, meter: columns.meterKey };
  const values = new Array<number | string | null>(width * ROWS_PER_STATEMENT).fill(null);
  let used = 0;
  for (const position of positions) {
    const measured = columns.measuredWhole[position] as number;
    const metered = columns.meteredWhole[position] as number;
    values[used] = columns.customerKeys[position] as number;
    values[used + 1] = columns.usageKeys[position] as number;
    values[used + 2] = Number.isNaN(measured) ? null : measured;
    values[used + 3] = columns.measuredFrac[position] as number;
    values[used + 4] = Number.isNaN(metered) ? null : metered;
    values[used + 5] = columns.meteredFrac[position] as number;
    if (hasMoney) {
      const code = columns.currency[position] as number;
      values[used + 6] = columns.currencies[code - 1] ?? null;
      values[used + 7] = code === 0 ? null : (columns.measuredMinor[position] as number);
      values[used + 8] = code === 0 ? null : (columns.meteredMinor[position] as number);
    }
    used += width;
    if (used < values.length) continue;
    many.run(values, shared);
    used = 0;
  }
  for (let start = 0; start < used; start += width) one.run(values.slice(start, start + width), shared);
}

/** A stored agreeing cell; null is absent. */
export type AgreementRow = {
  readonly meterKey: number;
  readonly customerKey: number;
  /** 0: none. */
  readonly usageKey: number;
  readonly measuredWhole: number | null;
  readonly measuredFrac: number;
  readonly meteredWhole: number | null;
  readonly meteredFrac: number;
  readonly currency: string | null;
  readonly measuredMinor: number | null;
  readonly meteredMinor: number | null;
};

/** The agreeing cells that a run keeps, by meter and customer key, some thousand at a time. */
export function* readAgreements(db: Db, run: number, chunkRows = 5_000): Generator<readonly AgreementRow[]> {
  let after = { meter: 0, customer: 0 };
  for (;;) {
    const rows = allRows<AgreementRow>(db, 'agreement-chunk', { run, ...after, rows: chunkRows });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = { meter: last.meterKey, customer: last.customerKey };
  }
}
