import type {
  CustomerHealth,
  HealthCustomer,
  HealthCustomers,
  HealthCustomersRequest,
  HealthOfCustomerRequest,
  HealthRequest,
  HealthRound,
} from '../../../shared/contract/meter-schemas.ts';
import { VERDICTS, type Verdict } from '../../../shared/reconciliation/result.ts';
import { absolute, compare, parseDecimal, ZERO } from '../../../shared/values/decimal.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { findCustomer } from '../../cache/customer-store.ts';
import {
  type HealthRun,
  type NewestReading,
  type RoundVerdict,
  readCellReadings,
  readHealthRuns,
  readNewestReadings,
  readRoundVerdicts,
  readStrip,
} from '../../cache/health-store.ts';
import { findUsageKey } from '../../cache/identity-store.ts';
import type { Db } from '../../cache/open.ts';
import { findMeterKey } from '../../cache/pull-store.ts';

/** Rounds as they were, and the cells of a meter in their order, kept while a person looks at them. */
export class HealthCache {
  #cells: Kept | null = null;
  #order: Kept | null = null;
  readonly #rounds = new Map<string, HealthRound>();

  cells(key: string, make: () => readonly NewestReading[]): readonly NewestReading[] {
    if (this.#cells?.key !== key) this.#cells = { key, rows: make() };
    return this.#cells.rows;
  }

  order(key: string, make: () => readonly NewestReading[]): readonly NewestReading[] {
    if (this.#order?.key !== key) this.#order = { key, rows: make() };
    return this.#order.rows;
  }

  round(key: string, make: () => HealthRound): HealthRound {
    const known = this.#rounds.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#rounds.set(key, made);
    return made;
  }

  clear(): void {
    this.#rounds.clear();
    this.#cells = null;
    this.#order = null;
  }
}

type Kept = { readonly key: string; readonly rows: readonly NewestReading[] };

/** The pushes work: the two sides agree, or what is missing is on its way. */
const HEALTHY: ReadonlySet<Verdict> = new Set(['agree', 'agree_zero', 'stale']);
const SETTLED: ReadonlySet<Verdict> = new Set(['agree', 'agree_zero']);

/** How the pushes of a meter fared, round by round of shadow mode. What a round saw never changes. */
export function healthRounds(db: Db, cache: HealthCache, { meter, month, limit }: HealthRequest): HealthRound[] {
  const meterKey = findMeterKey(db, meter);
  if (meterKey === null) return [];
  const runs = readHealthRuns(db, { meterKey, month: month === null ? null : parseMonth(month), limit });
  return runs.toReversed().map((run) => cache.round(`${meterKey} ${run.run}`, () => roundOf(db, meterKey, run)));
}

function roundOf(db: Db, meterKey: number, { run, at, month }: HealthRun): HealthRound {
  const rows = readRoundVerdicts(db, { meterKey, run });
  const behind = rows.filter(({ verdict }) => !SETTLED.has(verdict));
  return {
    run,
    at: formatInstant(at),
    month,
    cells: cellsOf(rows),
    healthy: cellsOf(rows.filter(({ verdict }) => HEALTHY.has(verdict))),
    byVerdict: { ...noVerdicts(), ...Object.fromEntries(rows.map(({ verdict, cells }) => [verdict, cells])) },
    newestAgeSeconds: rows.reduce<number | null>((age, row) => least(age, seconds(row.newestAgeMs)), null),
    oldestBehindSeconds: behind.reduce<number | null>((age, row) => most(age, seconds(row.oldestAgeMs)), null),
  };
}

const cellsOf = (rows: readonly RoundVerdict[]): number => rows.reduce((sum, { cells }) => sum + cells, 0);

const noVerdicts = (): HealthRound['byVerdict'] =>
  Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as HealthRound['byVerdict'];

const seconds = (ageMs: number | null): number | null => (ageMs === null ? null : Math.round(ageMs / 1000));
const least = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);
const most = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

/** The customers of a meter as shadow mode saw them last, with the verdicts of the newest rounds. */
export function healthCustomers(db: Db, cache: HealthCache, request: HealthCustomersRequest): HealthCustomers {
  const { offset, limit, rounds } = request;
  const meterKey = findMeterKey(db, request.meter);
  const nothing = { total: 0, all: 0, offset, rows: [] };
  if (meterKey === null) return nothing;
  const month = request.month === null ? null : parseMonth(request.month);
  const runs = readHealthRuns(db, { meterKey, month, limit: MOST_ROUNDS })
    .map(({ run }) => run)
    .toReversed();
  const [first] = runs;
  if (first === undefined) return nothing;
  const key = [meterKey, month, first, runs.at(-1)];
  const all = cache.cells(JSON.stringify(key), () => readNewestReadings(db, { meterKey, month, since: first }));
  const { search, sort } = request;
  const found = cache.order(JSON.stringify([key, search, sort]), () => inOrder(matching(all, search), sort));
  const shown = runs.slice(-rounds);
  const since = shown[0] ?? 0;
  return {
    total: found.length,
    all: all.length,
    offset,
    rows: found.slice(offset, offset + limit).map((reading) => {
      const strip = readStrip(db, { meterKey, customerKey: reading.customerKey, usageKey: reading.usageKey, since });
      return customerOf(
        reading,
        shown.map((run) => strip.get(run) ?? null),
      );
    }),
  };
}

/** A customer who was seen in none of so many rounds is no news. */
const MOST_ROUNDS = 240;

function customerOf(reading: NewestReading, strip: HealthCustomer['strip']): HealthCustomer {
  const { customer, usageId, name, verdict, at, ageMs, drift, pitfalls } = reading;
  return {
    customer,
    usageId,
    name,
    verdict,
    at: formatInstant(at),
    ageSeconds: seconds(ageMs),
    drift,
    pitfalls: [...pitfalls],
    strip,
  };
}

function matching(rows: readonly NewestReading[], search: string | undefined): readonly NewestReading[] {
  const text = search?.trim().toLowerCase() ?? '';
  if (text === '') return rows;
  return rows.filter(({ name, customer, usageId }) =>
    `${name ?? ''} ${customer ?? ''} ${usageId ?? ''}`.toLowerCase().includes(text),
  );
}

function inOrder(rows: readonly NewestReading[], sort: HealthCustomersRequest['sort']): readonly NewestReading[] {
  const sign = sort.direction === 'ascending' ? 1 : -1;
  const compared = COMPARISONS[sort.by];
  return [...rows].sort((a, b) => sign * compared(a, b) || byName(a, b));
}

const nameOf = ({ name, customer, usageId }: NewestReading): string => name ?? customer ?? usageId ?? '';
const byName = (a: NewestReading, b: NewestReading): number =>
  compareBytes(nameOf(a), nameOf(b)) || a.customerKey - b.customerKey || a.usageKey - b.usageKey;
const sizeOf = ({ drift }: NewestReading) => (drift === null ? ZERO : absolute(parseDecimal(drift)));

/** What is wrong counts most, then what cannot be said, then what waits; pitfalls weigh among equals. */
const CONCERN: Readonly<Record<Verdict, number>> = {
  invalid: 50,
  missing_stripe: 40,
  under_reported: 40,
  over_reported: 40,
  missing_usage: 40,
  no_meter: 40,
  stale_overdue: 40,
  unmapped: 30,
  incomplete: 20,
  stale: 10,
  agree: 0,
  agree_zero: 0,
};
const concernOf = ({ verdict, pitfalls }: NewestReading): number => CONCERN[verdict] + Math.min(pitfalls.length, 9);

const COMPARISONS: Readonly<
  Record<HealthCustomersRequest['sort']['by'], (a: NewestReading, b: NewestReading) => number>
> = {
  concern: (a, b) => concernOf(a) - concernOf(b) || (a.ageMs ?? -1) - (b.ageMs ?? -1),
  customer: (a, b) => compareBytes(nameOf(a), nameOf(b)),
  age: (a, b) => (a.ageMs ?? -1) - (b.ageMs ?? -1),
  drift: (a, b) => compare(sizeOf(a), sizeOf(b)),
};

/** One customer's cell, round by round. */
export function healthOfCustomer(db: Db, request: HealthOfCustomerRequest): CustomerHealth {
  const meterKey = findMeterKey(db, request.meter);
  const customer = request.customer === null ? null : findCustomer(db, request.customer);
  const customerKey = request.customer === null ? 0 : (customer?.key ?? null);
  const usageKey = request.usageId === null ? 0 : findUsageKey(db, request.usageId);
  if (meterKey === null || customerKey === null || usageKey === null) return { name: null, readings: [] };
  const month = request.month === null ? null : parseMonth(request.month);
  const readings = readCellReadings(db, { meterKey, customerKey, usageKey, month, limit: request.limit });
  return {
    name: customer?.name ?? null,
    readings: readings.map((reading) => ({
      run: reading.run,
      at: formatInstant(reading.at),
      month: reading.month,
      verdict: reading.verdict,
      measured: reading.measured,
      metered: reading.metered,
      drift: reading.drift,
      heldHour: reading.heldHour === null ? null : formatInstant(reading.heldHour),
      ageSeconds: seconds(reading.ageMs),
      basicRule: reading.upstreamOk,
      pitfalls: [...reading.pitfalls],
    })),
  };
}
