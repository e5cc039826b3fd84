import { formatDecimal } from '../../values/decimal.ts';
import { formatMoney } from '../../values/money.ts';
import { compareBytes } from '../../values/order.ts';
import type { MonthKey, Period } from '../../values/period.ts';
import { describeRanges, type HourRange, magnitude, rangesOf, toQuantity } from '../hourly-series.ts';
import type { DriftingCell } from './drifting-cell.ts';
import type { Claim } from './hypothesis.ts';
import { type IncidentCode, incidentSentence, REMEDIES } from './incident-words.ts';
import { type Inference, worthOf } from './infer.ts';

/** What one explained cell adds to the incidents of its month; small, so that thousands of them are cheap to keep. */
export type Explained = {
  /** Names the cell for the caller: unique in the month. */
  readonly cell: string;
  readonly customer: string;
  readonly meter: string;
  readonly unit: string;
  readonly code: IncidentCode;
  readonly confidence: Inference['confidence'];
  /** What is told apart by more than its cause: factor, shift, counterpart. */
  readonly mark: string;
  /** First and last hour of the fault, and how far both could lie without touching other usage of the cell. */
  readonly hull: HourRange | null;
  readonly quiet: HourRange | null;
  /** measured − metered of the largest share, in units of the meter × 10^12. */
  readonly worth: bigint;
  readonly money: { readonly currency: string; readonly differenceMinor: bigint } | null;
};

/** Cells that one thing went wrong for. Money and quantities are measured − metered: positive is usage that Stripe lacks. */
export type Incident = {
  readonly id: string;
  readonly code: IncidentCode;
  readonly sentence: string;
  readonly remedy: string;
  /** Of the least certain cell. */
  readonly confidence: Inference['confidence'];
  readonly cells: readonly string[];
  readonly customers: number;
  readonly meters: readonly string[];
  readonly hours: HourRange | null;
  /** `"1024"` or `"1/1000"` of a unit error, hours of a shift; null where nothing of the kind. */
  readonly factor: string | null;
  readonly quantities: readonly { readonly meter: string; readonly unit: string; readonly worth: string }[];
  /** By currency; cells without a price are in none. */
  readonly money: readonly { readonly currency: string; readonly differenceMinor: bigint }[];
};

/** Faults that are one and the same where they concern the same hours. */
const BY_HOURS: ReadonlySet<IncidentCode> = new Set([
  'missed_push',
  'duplicate_push',
  'seam',
  'late_push',
  'wrong_period',
]);
/** Faults that lie in one meter's settings. */
const BY_METER: ReadonlySet<IncidentCode> = new Set(['query_changed', 'wrong_aggregation', 'meter_missing']);

const PLACES = 10n ** 12n;

/** The share of a cell in an incident: its largest claim. Null where the cell is unexplained. */
export function toExplained(
  about: Pick<Explained, 'cell' | 'customer' | 'meter' | 'money'>,
  from: { readonly cell: DriftingCell; readonly inference: Inference },
): Explained | null {
  const { cell, inference } = from;
  const [claim] = inference.claims;
  if (claim === undefined) return null;
  const hull = BY_HOURS.has(claim.code) ? hullOf(claim) : null;
  return {
    ...about,
    unit: cell.unit,
    code: claim.code,
    confidence: inference.confidence,
    mark: markOf(claim, about.customer),
    hull,
    quiet: hull === null ? null : quietAround(cell.measured, hull, claim),
    worth: (-worthOf(claim) * PLACES) / cell.perUnit,
  };
}

function markOf(claim: Claim, customer: string): string {
  if (claim.code === 'wrong_customer' || claim.code === 'unmapped') {
    return [customer, claim.counterpart ?? ''].sort(compareBytes).join(' ');
  }
  if (claim.code === 'duplicate_push') return '';
  return claim.factor ?? (claim.shift === undefined ? '' : String(claim.shift));
}

function hullOf({ hours }: Claim): HourRange | null {
  const [first, last] = [hours[0], hours.at(-1)];
  return first === undefined || last === undefined ? null : { from: first, to: last + 1 };
}

/** How far a fault around the hull could reach without another hour of the cell showing that it did not. */
function quietAround(measured: readonly bigint[], hull: HourRange, claim: Claim): HourRange {
  // Where hours inside were right, it is a fault of these hours alone.
  if (rangesOf(claim.hours).length > 1 && hasRightHours(measured, hull, claim)) return hull;
  let { from, to } = hull;
  while (from > 0 && measured[from - 1] === 0n) from -= 1;
  while (to < measured.length && measured[to] === 0n) to += 1;
  return { from, to };
}

function hasRightHours(measured: readonly bigint[], hull: HourRange, claim: Claim): boolean {
  const claimed = new Set(claim.hours);
  for (let hour = hull.from; hour < hull.to; hour += 1) if (measured[hour] !== 0n && !claimed.has(hour)) return true;
  return false;
}

type Group = {
  readonly code: IncidentCode;
  readonly mark: string;
  readonly hull: HourRange | null;
  readonly members: Explained[];
};

/**
 * Brings together the cells of a month that one thing went wrong for: the same cause, and the same hours, factor, shift or
 * counterpart. Ids tell the fault alone, so that they stay as they are when the number of cells changes. The order is by
 * number of cells, largest first, then by id.
 */
export function incidentsOf(
  explained: readonly Explained[],
  month: { readonly key: MonthKey; readonly period: Period },
): readonly Incident[] {
  const groups = new Map<string, Group[]>();
  // The longest hulls come first: a cell that was idle for a part of the time joins them.
  const sorted = [...explained].sort((a, b) => lengthOf(b) - lengthOf(a) || compareBytes(a.cell, b.cell));
  for (const one of sorted) {
    const key = [one.code, BY_METER.has(one.code) ? one.meter : '', one.mark].join('\n');
    const known = groups.get(key) ?? [];
    const group = known.find(({ hull }) => isSameFault(one, hull));
    if (group === undefined) groups.set(key, [...known, { ...one, members: [one] }]);
    else group.members.push(one);
  }
  return [...groups.values()]
    .flat()
    .map((group) => toIncident(group, month))
    .sort((a, b) => b.cells.length - a.cells.length || compareBytes(a.id, b.id));
}

const lengthOf = ({ hull }: Explained): number => (hull === null ? 0 : hull.to - hull.from);

function isSameFault({ hull, quiet }: Explained, group: HourRange | null): boolean {
  if (hull === null || group === null || quiet === null) return hull === group;
  const isInside = group.from <= hull.from && hull.to <= group.to;
  return isInside && quiet.from <= group.from && group.to <= quiet.to;
}

function toIncident(group: Group, { key, period }: { readonly key: MonthKey; readonly period: Period }): Incident {
  const members = [...group.members].sort((a, b) => compareBytes(a.cell, b.cell));
  const [first] = members as [Explained, ...Explained[]];
  const meters = [...new Set(members.map(({ meter }) => meter))].sort(compareBytes);
  const customers = new Set(members.map(({ customer }) => customer)).size;
  const { hull } = group;
  const place = hull === null ? '' : describeRanges(period.from, [hull]);
  const money = moneyOf(members);
  const subject = BY_METER.has(group.code) ? first.meter : group.mark;
  return {
    id: [key, group.code, hull === null ? '' : `${hull.from}-${hull.to}`, subject]
      .filter((part) => part !== '')
      .join('/'),
    code: group.code,
    sentence: incidentSentence({
      code: group.code,
      mark: subject,
      where: place,
      customers,
      meters: meters.length,
      worth: money.map(({ currency, differenceMinor }) => formatMoney(magnitude(differenceMinor), currency)),
    }),
    remedy: REMEDIES[group.code],
    confidence: leastSure(members),
    cells: members.map(({ cell }) => cell),
    customers,
    meters,
    hours: hull,
    factor: group.code === 'unit_scale' || group.code === 'zone_shift' ? group.mark : null,
    quantities: meters.map((meter) => quantityOf(members.filter((member) => member.meter === meter))),
    money,
  };
}

const leastSure = (members: readonly Explained[]): Inference['confidence'] =>
  (['low', 'medium'] as const).find((level) => members.some(({ confidence }) => confidence === level)) ?? 'high';

function quantityOf(members: readonly Explained[]): Incident['quantities'][number] {
  const [first] = members as [Explained, ...Explained[]];
  const worth = members.reduce((sum, member) => sum + member.worth, 0n);
  return { meter: first.meter, unit: first.unit, worth: formatDecimal(toQuantity(worth, PLACES)) };
}

function moneyOf(members: readonly Explained[]): Incident['money'] {
  const totals = new Map<string, bigint>();
  for (const { money } of members) {
    if (money !== null) totals.set(money.currency, (totals.get(money.currency) ?? 0n) + money.differenceMinor);
  }
  return [...totals]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([currency, differenceMinor]) => ({ currency, differenceMinor }));
}
