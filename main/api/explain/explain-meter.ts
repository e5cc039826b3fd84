import type { IncidentCode } from '../../../shared/reconciliation/explain/incident-words.ts';
import { type Explained, toExplained } from '../../../shared/reconciliation/explain/incidents.ts';
import { infer } from '../../../shared/reconciliation/explain/infer.ts';
import { magnitude } from '../../../shared/reconciliation/hourly-series.ts';
import type { Cause, CauseCode, Verdict } from '../../../shared/reconciliation/result.ts';
import { factorBetween } from '../../../shared/reconciliation/unit-factor.ts';
import { isStructural } from '../../../shared/reconciliation/verdict.ts';
import { type Decimal, ZERO } from '../../../shared/values/decimal.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { FRAC_UNIT } from '../../../shared/values/quantity.ts';
import {
  customerIdAt,
  type MeterBlock,
  measuredAt,
  meteredAt,
  moneyAt,
  usageIdAt,
  verdictAt,
} from '../reconcile/block.ts';
import { causeOf } from './cause-words.ts';
import { hourlyPageCuts, type PageCuts } from './page-cut.ts';
import { type MeterHours, meterHours, readDriftingCell, toUnits } from './read-cell.ts';
import { type Surroundings, surroundingsOf } from './surroundings.ts';

/** A cell that belongs to an incident. */
export type Filed = { readonly position: number; readonly explained: Explained };

export type ExplainedMeter = {
  readonly filed: readonly Filed[];
  /** Drifting cells that were looked at by the hour, and those that were not because there are too many. */
  readonly asked: number;
  readonly notAsked: number;
};

const DRIFTS: ReadonlySet<Verdict> = new Set([
  'stale_overdue',
  'under_reported',
  'over_reported',
  'missing_stripe',
  'missing_usage',
]);

/** Causes that are no fault of their own, or none that is known. */
const NO_INCIDENT: ReadonlySet<CauseCode> = new Set(['unexplained', 'not_pulled', 'settings_changed']);

/**
 * Tells the causes of a compared meter by its hours, in place, and what its cells add to the incidents of the month. The
 * cells that cost most are looked at by the hour, as many as the budget allows; the others keep what their totals tell.
 */
export function explainMeter(block: MeterBlock, budget: number): ExplainedMeter {
  const hours = meterHours(block);
  const { drifting, loose, others } = sortCells(block);
  const chosen = hours === null ? [] : costliest(block, drifting, budget);
  const told = hours === null || chosen.length === 0 ? NOTHING_TOLD : tellByHours(hours, { chosen, drifting, loose });
  const markOf = (position: number): string => {
    const id = usageIdAt(block, position) ?? '';
    const customer = told.counterparts.get(id);
    const isUnmapped = block.causes.get(position)?.code === 'unmapped';
    return customer === undefined || !isUnmapped ? '' : [id, customer].sort(compareBytes).join(' ');
  };
  const untold = [...drifting, ...others].filter((position) => !told.positions.has(position));
  return {
    filed: [
      ...told.filed,
      ...untold.flatMap((position) => plainly(block, position, '')),
      ...loose.flatMap((position) => plainly(block, position, markOf(position))),
    ],
    asked: chosen.length,
    notAsked: hours === null ? 0 : drifting.length - chosen.length,
  };
}

type Told = {
  readonly filed: readonly Filed[];
  readonly positions: ReadonlySet<number>;
  /** Usage id without a customer → the customer at whom its usage stands. */
  readonly counterparts: ReadonlyMap<string, string>;
};

const NOTHING_TOLD: Told = { filed: [], positions: new Set(), counterparts: new Map() };

function tellByHours(
  hours: MeterHours,
  cells: {
    readonly chosen: readonly number[];
    readonly drifting: readonly number[];
    readonly loose: readonly number[];
  },
): Told {
  const around = surroundingsOf(hours, cells);
  const told = new Map<number, ToldCell>();
  for (const position of cells.chosen) {
    const cell = tellCell(hours, position, around);
    if (cell !== null) told.set(position, cell);
  }
  for (const [position, cell] of toldOfCutLists(hours, around, told)) told.set(position, cell);
  const counterparts = new Map<string, string>();
  const filed: Filed[] = [];
  for (const [position, { cause, explained, found }] of told) {
    hours.block.causes.set(position, cause);
    for (const [id, customer] of found) counterparts.set(id, customer);
    filed.push(...(explained === null ? plainly(hours.block, position, '') : [{ position, explained }]));
  }
  return { filed, positions: new Set(told.keys()), counterparts };
}

/** What a cell is told of; small, so that thousands of them are cheap to keep. */
type ToldCell = {
  readonly cause: Cause;
  readonly explained: Explained | null;
  /** Usage ids without a customer whose usage stands here. */
  readonly found: readonly (readonly [usageId: string, customer: string])[];
};

function tellCell(hours: MeterHours, position: number, around: Surroundings): ToldCell | null {
  const { block } = hours;
  const read = readDriftingCell(hours, position);
  const cell = read === null ? null : around(read, position);
  const inference = cell === null ? null : infer(cell);
  if (cell === null || inference === null) return null;
  const about = aboutCell(block, position);
  return {
    cause: causeOf(cell, inference, block.causes.get(position) ?? null),
    explained: toExplained(about, { cell, inference }),
    found: inference.claims.flatMap(({ code, counterpart }) =>
      code === 'unmapped' && counterpart !== undefined ? [[counterpart, about.customer] as const] : [],
    ),
  };
}

/** Where all who lack the pushes of some hours stand at the end of a list, the list was cut short: they are told again. */
function* toldOfCutLists(
  hours: MeterHours,
  around: Surroundings,
  told: ReadonlyMap<number, ToldCell>,
): Generator<readonly [number, ToldCell]> {
  const missed = [...told].flatMap(([position, { explained }]) =>
    explained?.code === 'missed_push' && explained.hull !== null ? [{ position, hull: explained.hull }] : [],
  );
  missed.sort((a, b) => b.hull.to - b.hull.from - (a.hull.to - a.hull.from) || a.hull.from - b.hull.from);
  const left = new Set(missed);
  for (const { hull } of missed) {
    // Who was idle in some of the hours lacks the others.
    const group = [...left].filter((one) => hull.from <= one.hull.from && one.hull.to <= hull.to);
    for (const one of group) left.delete(one);
    const cuts = hourlyPageCuts(
      hours,
      group.map(({ position }) => position),
      hull,
    );
    if (cuts === null) continue;
    for (const { position } of group) {
      const cell = tellCell(hours, position, withPageCut(around, cuts));
      if (cell !== null) yield [position, cell];
    }
  }
}

/** The same surroundings with a list that was cut short. */
export const withPageCut =
  (around: Surroundings, cuts: PageCuts): Surroundings =>
  (cell, position) => {
    const known = around(cell, position);
    return { ...known, evidence: { ...known.evidence, pageCut: known.evidence.pageCut ?? cuts(position) } };
  };

/** Drifting cells of customers, usage ids with usage and no customer, and what else does not tie out. */
export function sortCells(block: MeterBlock) {
  const drifting: number[] = [];
  const loose: number[] = [];
  const others: number[] = [];
  for (const position of block.causes.keys()) {
    const verdict = verdictAt(block, position);
    if (DRIFTS.has(verdict)) drifting.push(position);
    else if (verdict === 'unmapped') {
      if (isStructural(verdict, measuredAt(block, position))) loose.push(position);
    } else if (verdict === 'invalid' || isStructural(verdict, null)) others.push(position);
  }
  return { drifting, loose, others };
}

/** The cells that most money depends on, then those that drift furthest, in the order in which they stand. */
function costliest(block: MeterBlock, drifting: readonly number[], budget: number): readonly number[] {
  if (drifting.length <= budget) return drifting;
  const weighed = drifting.map((position) => {
    const minor = moneyAt(block, position)?.differenceMinor ?? null;
    return { position, minor: minor === null ? -1n : magnitude(minor), drift: magnitude(worthAt(block, position)) };
  });
  weighed.sort((a, b) => byBigint(b.minor, a.minor) || byBigint(b.drift, a.drift) || a.position - b.position);
  return weighed
    .slice(0, budget)
    .map(({ position }) => position)
    .sort((a, b) => a - b);
}

const byBigint = (a: bigint, b: bigint): number => (a === b ? 0 : a < b ? -1 : 1);

/** measured − metered × 10^12. */
function worthAt(block: MeterBlock, position: number): bigint {
  const units = (value: Decimal | null): bigint => toUnits(value ?? ZERO, FRAC_UNIT);
  return units(measuredAt(block, position)) - units(meteredAt(block, position));
}

function aboutCell(block: MeterBlock, position: number): Pick<Explained, 'cell' | 'customer' | 'meter' | 'money'> {
  const money = moneyAt(block, position);
  return {
    cell: `${block.meterKey} ${position}`,
    customer: customerIdAt(block, position) ?? usageIdAt(block, position) ?? '',
    meter: block.meter.key,
    money:
      money === null || money.differenceMinor === null
        ? null
        : { currency: money.currency, differenceMinor: money.differenceMinor },
  };
}

/** What a cell adds by its totals alone; nothing where its cause is no fault. */
function plainly(block: MeterBlock, position: number, mark: string): readonly Filed[] {
  const cause = block.causes.get(position);
  if (cause === undefined || NO_INCIDENT.has(cause.code)) return [];
  const factor = cause.code === 'unit_scale' ? factorAt(block, position) : null;
  return [
    {
      position,
      explained: {
        ...aboutCell(block, position),
        unit: block.meter.unit,
        code: cause.code as IncidentCode,
        confidence: cause.confidence,
        mark: factor ?? mark,
        hull: null,
        quiet: null,
        worth: worthAt(block, position),
      },
    },
  ];
}

const factorAt = (block: MeterBlock, position: number): string | null =>
  factorBetween(
    toUnits(measuredAt(block, position) ?? ZERO, FRAC_UNIT),
    toUnits(meteredAt(block, position) ?? ZERO, FRAC_UNIT),
  );
