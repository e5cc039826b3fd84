import {
  compare,
  type Decimal,
  divide,
  formatDecimal,
  isZero,
  multiply,
  parseDecimal,
  round,
} from '../../values/decimal.ts';
import type { Bounds } from './settings.ts';

export const QUALITY_CHECKS = [
  'expired',
  'unmapped',
  'negative',
  'future',
  'regressions',
  'gaps',
  'duplicates',
  'valueless',
] as const;
export type QualityCheck = (typeof QUALITY_CHECKS)[number];

/** Worst first. */
export const QUALITY_LEVELS = ['failed', 'warning', 'ok'] as const;
export type QualityLevel = (typeof QUALITY_LEVELS)[number];

/** What one check says of one meter. `value` and `threshold` are exact shares as decimal text. */
export type QualityFinding = {
  readonly check: QualityCheck;
  readonly meter: string;
  /** The usage id, where it is one alone. */
  readonly customer: string | null;
  readonly value: string;
  /** The bound that was passed, or the nearest one that was not. */
  readonly threshold: string;
  readonly level: QualityLevel;
  readonly sentence: string;
  readonly remedy: string | null;
};

/** What a check measured: a share, and its words. `atLeast` and `atMost` bound the level that the share gives. */
export type Measured = {
  readonly share: Decimal;
  readonly atLeast?: 'warning';
  readonly atMost?: 'warning';
  readonly customer: string | null;
  readonly sentence: string;
  readonly remedy: string;
};

const SHARE_PLACES = 12;

/** part ÷ whole, to 12 places; 0 where there is no whole. */
export const shareOf = (part: Decimal, whole: Decimal): Decimal =>
  isZero(whole) ? parseDecimal('0') : divide(part, whole, SHARE_PLACES, 'half_up');

/** As `shareOf`, of counts. */
export const shareOfCounts = (part: bigint, whole: bigint): Decimal =>
  shareOf({ coefficient: part, scale: 0 }, { coefficient: whole, scale: 0 });

/** A share at a bound passes; above it, it does not. */
export function levelOf(share: Decimal, bounds: Bounds): { readonly level: QualityLevel; readonly bound: Decimal } {
  if (compare(share, bounds.failed) > 0) return { level: 'failed', bound: bounds.failed };
  if (compare(share, bounds.warning) > 0) return { level: 'warning', bound: bounds.warning };
  return { level: 'ok', bound: bounds.warning };
}

const HUNDRED = parseDecimal('100');
const SMALLEST_PLACES = 8;

/** `12.5 %`, `0.00672 %`: three digits, or as many places as there are. */
export function percent(share: Decimal): string {
  const value = multiply(share, HUNDRED);
  for (let places = 1; places <= SMALLEST_PLACES; places += 1) {
    const rounded = round(value, places, 'half_up');
    if (rounded.coefficient >= 100n || rounded.coefficient <= -100n || places === SMALLEST_PLACES || isZero(value)) {
      return `${formatDecimal(rounded)} %`;
    }
  }
  return `${formatDecimal(value)} %`;
}

/** With a comma for thousands. */
export const counted = (count: bigint | number): string => count.toString().replace(/\B(?=(\d{3})+$)/g, ',');

export const plural = (count: bigint | number, one: string, many = `${one}s`): string =>
  `${counted(count)} ${BigInt(count) === 1n ? one : many}`;

/** `, of ws_1`, `, in 3 usage ids, most of them in ws_1`: where something was seen. */
export function where(seen: { readonly count: bigint; readonly ids: number; readonly worst: string | null }): string {
  const { count, ids, worst } = seen;
  if (worst === null || ids === 0) return '';
  const name = worst === '' ? 'rows without a usage id' : worst;
  if (ids > 1) return `, in ${counted(ids)} usage ids, most of them in ${name}`;
  return count === 1n ? `, of ${name}` : `, all of them of ${name}`;
}

export const onlyOne = ({ ids, worst }: { readonly ids: number; readonly worst: string | null }): string | null =>
  ids === 1 ? worst : null;
