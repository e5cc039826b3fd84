import type { FluxBasis, FluxLack, FluxLacking, FluxSummary } from '../../../shared/reconciliation/flux/comparison.ts';
import { amountOf, type FluxSide, splitChange } from '../../../shared/reconciliation/flux/split-change.ts';
import { isZero } from '../../../shared/values/decimal.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthPeriod } from '../../../shared/values/period.ts';
import { isAnythingBilled } from '../../cache/billed-store.ts';
import { readMeters } from '../../cache/catalog-store.ts';
import type { Db } from '../../cache/open.ts';
import { type MeterBlock, measuredAt, meteredAt } from '../reconcile/block.ts';
import type { Identity } from '../reconcile/identity.ts';
import { asOfMonth, reconcileMonth } from '../reconcile/reconcile-month.ts';
import { type ReconcileSettings, stripeMeterName } from '../reconcile/settings.ts';
import { FluxTable } from './flux-table.ts';
import { type CellCharges, type MeterSides, MonthSides } from './month-sides.ts';

export type CompareRequest = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  readonly from: MonthKey;
  readonly to: MonthKey;
  /** Null: `billed` where both months have finalised invoices, else `metered`. */
  readonly basis: FluxBasis | null;
  readonly now: Instant;
};

/** Two months side by side: its rows as columns, and both months to look anything else up in. */
export type Comparison = {
  readonly summary: FluxSummary;
  readonly meters: readonly { readonly key: string; readonly unit: string }[];
  readonly table: FluxTable;
  readonly identity: Identity | null;
  readonly from: MonthSides;
  readonly to: MonthSides;
  /** The cells without an amount, made one at a time. */
  readonly lacking: () => Generator<FluxLacking>;
};

/**
 * Splits the change from one month to another, customer by customer and meter by meter; nothing is sent anywhere.
 * @param blocksOf the cells of a month; by default they are computed
 * @throws TieoutError `period.in_future`
 */
export function compareMonths(
  request: CompareRequest,
  blocksOf: (month: MonthKey) => readonly MeterBlock[] = (month) => computeBlocks(request, month),
): Comparison {
  const { db, settings } = request;
  const blocks = { from: blocksOf(request.from), to: blocksOf(request.to) };
  const basis = request.basis ?? defaultBasis(request);
  const from = new MonthSides(db, { period: monthPeriod(request.from), blocks: blocks.from, basis });
  const to = new MonthSides(db, { period: monthPeriod(request.to), blocks: blocks.to, basis });
  const identity = (blocks.to[0] ?? blocks.from[0])?.identity ?? null;
  const meters = settings.meters.map(({ key, unit }) => ({ key, unit }));
  const table = new FluxTable();
  const lacking = new Lacking();
  for (const [index, meter] of meters.entries()) {
    compareMeter({ from, to, identity, basis, meter, index, table, lacking });
  }
  const notPulled = [
    ...meters.filter(({ key }) => !from.meters.has(key)).map(({ key }) => ({ month: request.from, meter: key })),
    ...meters.filter(({ key }) => !to.meters.has(key)).map(({ key }) => ({ month: request.to, meter: key })),
  ];
  return {
    summary: {
      workspace: settings.workspace,
      from: request.from,
      to: request.to,
      basis,
      isBasisGiven: request.basis !== null,
      asOf: { from: asOfMonth(db, settings, request.from), to: asOfMonth(db, settings, request.to) },
      notPulled,
      lacking: { cells: lacking.length, byReason: lacking.byReason },
    },
    meters,
    table,
    identity,
    from,
    to,
    lacking: () => lacking.entries(meters, { from, to, identity }),
  };
}

function computeBlocks({ db, settings, now }: CompareRequest, month: MonthKey): readonly MeterBlock[] {
  const blocks: MeterBlock[] = [];
  reconcileMonth({ db, settings, month, now, causes: 'totals' }, (block) => blocks.push(block));
  return blocks;
}

function defaultBasis({ db, settings, from, to }: CompareRequest): FluxBasis {
  const names = new Set(settings.meters.map(stripeMeterName));
  const meterIds = readMeters(db)
    .filter(({ id, eventName }) => names.has(id) || names.has(eventName))
    .map(({ id }) => id);
  const isBilled = [from, to].every((month) => isAnythingBilled(db, monthPeriod(month), meterIds));
  return isBilled ? 'billed' : 'metered';
}

type MeterAt = {
  readonly from: MonthSides;
  readonly to: MonthSides;
  readonly identity: Identity | null;
  readonly basis: FluxBasis;
  readonly meter: { readonly key: string };
  readonly index: number;
  readonly table: FluxTable;
  readonly lacking: Lacking;
};

const NO_CELL: CellCharges = { charges: [], lack: null };

function compareMeter(at: MeterAt): void {
  const before = at.from.meters.get(at.meter.key) ?? null;
  const after = at.to.meters.get(at.meter.key) ?? null;
  if (at.basis === 'measured') addUnmapped(at, before, after);
  const customers = at.identity?.customerIds.length ?? 0;
  for (let key = 1; key < customers; key += 1) {
    if (at.identity?.isLeftOut[key] === 0) compareCell(at, key, { before, after });
  }
}

function compareCell(
  at: MeterAt,
  customerKey: number,
  { before, after }: { readonly before: MeterSides | null; readonly after: MeterSides | null },
): void {
  const found = { from: chargesOf(before, customerKey), to: chargesOf(after, customerKey) };
  if (isNothing(found.from) && isNothing(found.to)) return;
  const lack = {
    from: before === null ? ('not_pulled' as const) : found.from.lack,
    to: after === null ? ('not_pulled' as const) : found.to.lack,
  };
  if (lack.from !== null || lack.to !== null) at.lacking.add(customerKey, at.index, lack);
  else if (before !== null && after !== null) addRows(at, customerKey, { before, after, found });
}

const chargesOf = (meter: MeterSides | null, customerKey: number): CellCharges =>
  meter?.has(customerKey) === true ? meter.chargesOf(customerKey) : NO_CELL;

const isNothing = ({ charges, lack }: CellCharges): boolean =>
  lack === null && charges.every(({ side }) => isEmpty(side));

const isEmpty = (side: FluxSide): boolean =>
  side.grossMinor === 0n && side.creditMinor === 0n && side.correctionMinor === 0n && isZero(side.quantity);

function addRows(
  { from, to, index, table }: MeterAt,
  customerKey: number,
  of: {
    readonly before: MeterSides;
    readonly after: MeterSides;
    readonly found: { readonly from: CellCharges; readonly to: CellCharges };
  },
): void {
  for (const currency of currenciesOf(of.found.from, of.found.to)) {
    const sides = {
      from: sideIn(of.found.from, { month: from, meter: of.before, customerKey, currency }),
      to: sideIn(of.found.to, { month: to, meter: of.after, customerKey, currency }),
    };
    if ((sides.from === null || isEmpty(sides.from)) && (sides.to === null || isEmpty(sides.to))) continue;
    table.add({
      customerKey,
      meter: index,
      currency,
      fromMinor: amountOf(sides.from),
      toMinor: amountOf(sides.to),
      parts: splitChange(sides.from, sides.to),
    });
  }
}

function currenciesOf(from: CellCharges, to: CellCharges): readonly string[] {
  const first = from.charges[0]?.currency ?? to.charges[0]?.currency;
  const isOne = [...from.charges, ...to.charges].every(({ currency }) => currency === first);
  if (first === undefined) return [];
  return isOne ? [first] : [...new Set([...from.charges, ...to.charges].map(({ currency }) => currency))].sort();
}

/** Null for a customer that had nothing at all in the month. */
function sideIn(
  { charges }: CellCharges,
  of: {
    readonly month: MonthSides;
    readonly meter: MeterSides;
    readonly customerKey: number;
    readonly currency: string;
  },
): FluxSide | null {
  if (of.month.isPresent[of.customerKey] !== 1) return null;
  return (
    charges.find(({ currency }) => currency === of.currency)?.side ?? of.meter.nothingOf(of.customerKey, of.currency)
  );
}

/** Both months of one cell in one currency; null where a month's meter was not pulled, or something is lacking. */
export function cellSides(
  comparison: Pick<Comparison, 'from' | 'to'>,
  of: { readonly meter: string; readonly customerKey: number; readonly currency: string },
): { readonly from: FluxSide | null; readonly to: FluxSide | null } {
  const sideOf = (month: MonthSides): FluxSide | null => {
    const meter = month.meters.get(of.meter);
    return meter === undefined ? null : sideIn(meter.chargesOf(of.customerKey), { ...of, month, meter });
  };
  return { from: sideOf(comparison.from), to: sideOf(comparison.to) };
}

/** Usage that fits no customer is nobody's amount. */
function addUnmapped({ lacking, index }: MeterAt, before: MeterSides | null, after: MeterSides | null): void {
  const unmapped = (meter: MeterSides | null): readonly number[] => {
    if (meter === null) return [];
    const { block } = meter;
    const found: number[] = [];
    for (let position = block.length - 1; position >= 0 && block.customerKeys[position] === 0; position -= 1) {
      const measured = measuredAt(block, position) ?? meteredAt(block, position);
      if (measured === null || !isZero(measured)) found.push(block.usageKeys[position] as number);
    }
    return found.reverse();
  };
  const [left, right] = [unmapped(before), new Set(unmapped(after))];
  for (const key of left) {
    lacking.add(-key, index, { from: 'unmapped', to: right.delete(key) ? 'unmapped' : null });
  }
  for (const key of right) lacking.add(-key, index, { from: null, to: 'unmapped' });
}

/** The cells without an amount: a customer key, or a usage key below 0, with the reasons. */
class Lacking {
  readonly #keys: number[] = [];
  readonly #meters: number[] = [];
  readonly #from: (FluxLack | null)[] = [];
  readonly #to: (FluxLack | null)[] = [];
  readonly #reasons = new Map<FluxLack, number>();

  get length(): number {
    return this.#keys.length;
  }

  get byReason(): readonly { readonly reason: FluxLack; readonly cells: number }[] {
    return [...this.#reasons].map(([reason, cells]) => ({ reason, cells })).sort((a, b) => b.cells - a.cells);
  }

  add(
    key: number,
    meter: number,
    { from, to }: { readonly from: FluxLack | null; readonly to: FluxLack | null },
  ): void {
    this.#keys.push(key);
    this.#meters.push(meter);
    this.#from.push(from);
    this.#to.push(to);
    const reason = from ?? to ?? 'not_pulled';
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  *entries(
    meters: readonly { readonly key: string }[],
    of: { readonly from: MonthSides; readonly to: MonthSides; readonly identity: Identity | null },
  ): Generator<FluxLacking> {
    for (const [at, key] of this.#keys.entries()) {
      const meter = meters[this.#meters[at] as number]?.key ?? '';
      const isCustomer = key > 0;
      yield {
        customer: isCustomer ? (of.identity?.customerIds[key] ?? null) : null,
        name: isCustomer ? (of.identity?.names[key] ?? null) : (of.identity?.usageIds[-key] ?? null),
        meter,
        from: this.#from[at] ?? null,
        to: this.#to[at] ?? null,
      };
    }
  }
}
