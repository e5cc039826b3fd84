import { driftOf } from '../../../shared/reconciliation/drift.ts';
import type { Pitfall } from '../../../shared/reconciliation/pitfalls/pitfall.ts';
import {
  BILLING_VERDICTS,
  type Billing,
  type BillingVerdict,
  type Cause,
  type CauseCode,
  type CellMoney,
  type CellResult,
  type HeldHour,
  VERDICTS,
} from '../../../shared/reconciliation/result.ts';
import { isStructural } from '../../../shared/reconciliation/verdict.ts';
import { type Decimal, decimal, normalize } from '../../../shared/values/decimal.ts';
import { fromStored } from '../../../shared/values/quantity.ts';
import type { Billed, BilledLines } from './billed-lines.ts';
import { type Identity, usageKeysOf } from './identity.ts';
import type { MeterInput } from './meter-input.ts';
import type { ReconcileMeter } from './settings.ts';

/**
 * The cells of one meter as columns, ascending by customer key, then the cells without a customer. Quantities are in
 * the billed unit as two plain integers (NaN: none, or in the map beside), money in minor units (NaN likewise).
 */
export type MeterBlock = {
  readonly input: MeterInput;
  readonly meter: ReconcileMeter;
  readonly meterKey: number;
  readonly identity: Identity;
  readonly length: number;
  readonly customerKeys: Int32Array;
  /** Of the smallest usage id; 0: none. */
  readonly usageKeys: Int32Array;
  /** Index into VERDICTS. */
  readonly verdicts: Uint8Array;
  readonly measuredWhole: Float64Array;
  readonly measuredFrac: Float64Array;
  readonly meteredWhole: Float64Array;
  readonly meteredFrac: Float64Array;
  /** Quantities that two plain integers cannot hold. */
  readonly exactMeasured: Map<number, Decimal>;
  readonly exactMetered: Map<number, Decimal>;
  /** 1 + index into `currencies`; 0: no money. */
  readonly currency: Uint8Array;
  readonly currencies: readonly string[];
  readonly measuredMinor: Float64Array;
  readonly meteredMinor: Float64Array;
  readonly bigMeasuredMinor: Map<number, bigint>;
  readonly bigMeteredMinor: Map<number, bigint>;
  readonly billed: BilledLines;
  /** 1 + index into BILLING_VERDICTS; 0: nothing is billed. */
  readonly billing: Uint8Array;
  /** The line that shows a billing verdict, where it is not the one that `billed` knows. */
  readonly billingLines: Map<number, string | null>;
  readonly isOffMonth: Uint8Array;
  readonly causes: Map<number, Cause>;
  /** The id of the incident that a cell belongs to; filled once all meters of the month are compared. */
  readonly incidents: Map<number, string>;
  /** Of the cells whose hours were looked at. */
  readonly held: Map<number, HeldHour>;
  readonly pitfalls: Map<number, readonly Pitfall[]>;
};

/** Values that are no decimal, by position. */
export type Texts = { readonly measured: Map<number, string>; readonly metered: Map<number, string> };

export const VERDICT_INDEX: Readonly<Record<(typeof VERDICTS)[number], number>> = Object.fromEntries(
  VERDICTS.map((verdict, index) => [verdict, index]),
) as Record<(typeof VERDICTS)[number], number>;

/** 1 + index into BILLING_VERDICTS; 0: nothing is billed. */
export const BILLING_CODE: Readonly<Record<BillingVerdict, number>> = Object.fromEntries(
  BILLING_VERDICTS.map((verdict, index) => [verdict, index + 1]),
) as Record<BillingVerdict, number>;

export const measuredAt = (block: MeterBlock, position: number): Decimal | null =>
  quantityAt(block.measuredWhole, block.measuredFrac, block.exactMeasured, position);

export const meteredAt = (block: MeterBlock, position: number): Decimal | null =>
  quantityAt(block.meteredWhole, block.meteredFrac, block.exactMetered, position);

function quantityAt(
  wholes: Float64Array,
  fracs: Float64Array,
  exact: Map<number, Decimal>,
  position: number,
): Decimal | null {
  const whole = wholes[position] as number;
  if (Number.isNaN(whole)) return exact.get(position) ?? null;
  const frac = fracs[position] as number;
  return frac === 0 ? decimal(BigInt(whole)) : normalize(fromStored(whole, frac));
}

export const verdictAt = (block: MeterBlock, position: number): (typeof VERDICTS)[number] =>
  VERDICTS[block.verdicts[position] as number] ?? 'incomplete';

export const causeAt = (block: MeterBlock, position: number): CauseCode | null =>
  block.causes.get(position)?.code ?? null;

const minorAt = (column: Float64Array, big: Map<number, bigint>, position: number): bigint | null => {
  const value = column[position] as number;
  return Number.isNaN(value) ? (big.get(position) ?? null) : BigInt(value);
};

export function billedAt(block: MeterBlock, position: number): Billed | null {
  const customerKey = block.customerKeys[position] as number;
  return customerKey === 0 ? null : (block.billed.get(customerKey) ?? null);
}

/** Of the prices of a cell; null where there is none. */
export const currencyAt = (block: MeterBlock, position: number): string | null =>
  block.currencies[(block.currency[position] as number) - 1] ?? null;

export const measuredMinorAt = (block: MeterBlock, position: number): bigint | null =>
  minorAt(block.measuredMinor, block.bigMeasuredMinor, position);

export const meteredMinorAt = (block: MeterBlock, position: number): bigint | null =>
  minorAt(block.meteredMinor, block.bigMeteredMinor, position);

/** Money of one cell; null where there is no price. */
export function moneyAt(block: MeterBlock, position: number): CellMoney | null {
  const currency = currencyAt(block, position);
  if (currency === null) return null;
  const measuredMinor = measuredMinorAt(block, position);
  const meteredMinor = meteredMinorAt(block, position);
  const billed = billedAt(block, position);
  return {
    currency,
    measuredMinor,
    meteredMinor,
    billedMinor: billed?.currency === currency ? billed.minor : null,
    differenceMinor: measuredMinor === null || meteredMinor === null ? null : measuredMinor - meteredMinor,
    ...(block.isOffMonth[block.customerKeys[position] as number] === 1 ? { basis: 'calendar_month' as const } : {}),
  };
}

/** Usage ids of a cell in byte order; the first is its `usageId`. */
export function usageIdsAt(block: MeterBlock, position: number): readonly string[] {
  const { identity } = block;
  const customerKey = block.customerKeys[position] as number;
  const keys = customerKey === 0 ? [block.usageKeys[position] as number] : usageKeysOf(identity, customerKey);
  return keys.map((key) => identity.usageIds[key] ?? '');
}

export const customerIdAt = (block: MeterBlock, position: number): string | null =>
  block.identity.customerIds[block.customerKeys[position] as number] ?? null;

export const usageIdAt = (block: MeterBlock, position: number): string | null =>
  block.identity.usageIds[block.usageKeys[position] as number] ?? null;

/** What the invoices say of a cell; null where nothing is billed. */
export function billingAt(block: MeterBlock, position: number): Billing | null {
  const verdict = BILLING_VERDICTS[(block.billing[position] as number) - 1];
  if (verdict === undefined) return null;
  const line = block.billingLines.get(position);
  return { verdict, line: line === undefined ? block.billed.lineOf(block.customerKeys[position] as number) : line };
}

/** One row of the report. */
export function cellAt(block: MeterBlock, position: number): CellResult {
  const measured = measuredAt(block, position);
  const metered = meteredAt(block, position);
  const verdict = verdictAt(block, position);
  const isComparable = verdict !== 'invalid' && verdict !== 'incomplete';
  return {
    customer: customerIdAt(block, position),
    usageId: usageIdAt(block, position),
    usageIds: usageIdsAt(block, position),
    name: block.identity.names[block.customerKeys[position] as number] ?? null,
    meter: block.meter.key,
    unit: block.meter.unit,
    measured,
    metered,
    billed: billedAt(block, position)?.quantity ?? null,
    drift: isComparable ? driftOf(measured, metered) : null,
    verdict,
    isStructural: isStructural(verdict, measured),
    cause: block.causes.get(position) ?? null,
    billing: billingAt(block, position),
    money: moneyAt(block, position),
    ...hoursAt(block, position),
    ...incidentAt(block, position),
  };
}

function incidentAt(block: MeterBlock, position: number): Pick<CellResult, 'incident'> {
  const incident = block.incidents.get(position);
  return incident === undefined ? {} : { incident };
}

function hoursAt(block: MeterBlock, position: number): Pick<CellResult, 'held' | 'pitfalls'> {
  const held = block.held.get(position);
  const pitfalls = block.pitfalls.get(position);
  return { ...(held === undefined ? {} : { held }), ...(pitfalls === undefined ? {} : { pitfalls }) };
}
