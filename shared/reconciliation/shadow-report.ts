import {
  absolute,
  compare,
  type Decimal,
  formatDecimal,
  maximum,
  multiply,
  subtract,
  tryParseDecimal,
  ZERO,
} from '../values/decimal.ts';
import type { ExitCode, Verdict } from './result.ts';
import { decideVerdict, isStructural, type Side } from './verdict.ts';

/** One meter of a shadow diff (metering.md section 5); quantities are decimal text, null is absent. */
export type ShadowRow = {
  readonly measured: string | null;
  readonly metered: string | null;
  readonly meterExists: boolean;
  readonly relativeTolerance: Decimal;
  readonly stalenessMs: number;
  readonly held: { readonly atHourStart: string; readonly atHourEnd: string; readonly ageMs: number } | null;
};

/** The verdict beside the basic rule's: `upstreamOk` is null and `difference` is null where a value is invalid. */
export type ShadowVerdict = {
  readonly verdict: Verdict;
  /** An expectation did not hold; an invalid value holds none either. */
  readonly isStructural: boolean;
  readonly upstreamOk: boolean | null;
  readonly difference: string | null;
};

/** Judges one row by evidence, and by the basic rule. */
export function shadowVerdict(row: ShadowRow): ShadowVerdict {
  const [measured, metered] = [side(row.measured), side(row.metered)];
  const { verdict } = decideVerdict({
    measured,
    metered,
    meterExists: row.meterExists,
    tolerance: { relative: row.relativeTolerance, absolute: ZERO },
    stalenessMs: row.stalenessMs,
    held: heldEvidence(row),
    firstUsageAgeMs: null,
  });
  if (verdict === 'invalid') return { verdict, isStructural: true, upstreamOk: null, difference: null };
  const difference = subtract(measured.value ?? ZERO, metered.value ?? ZERO);
  return {
    verdict,
    isStructural: isStructural(verdict, measured.value),
    upstreamOk: basicRule(measured.value, metered.value),
    difference: formatDecimal(difference),
  };
}

/** Both are 0 or |difference| ≤ 0.001 × the larger one, inclusive; absent is read as 0. Nothing is divided. */
export function basicRule(measured: Decimal | null, metered: Decimal | null): boolean {
  const [left, right] = [measured ?? ZERO, metered ?? ZERO];
  const distance = absolute(subtract(left, right));
  return compare(distance, multiply(BASIC_TOLERANCE, maximum(left, right))) <= 0;
}

export type ShadowReport = {
  readonly rows: readonly ShadowVerdict[];
  /** Rows whose expectation did not hold; an invalid row counts neither here nor as stale. */
  readonly structural: number;
  readonly stale: number;
  /** Rows that the basic rule calls drift. */
  readonly upstreamDrifted: number;
  readonly exit: ExitCode;
};

/** A report over several rows: 2 if any is invalid, else 1 if any is structural or, under strict, stale; else 0. */
export function shadowReport(rows: readonly ShadowRow[], isStrict: boolean): ShadowReport {
  const judged = rows.map(shadowVerdict);
  const invalid = judged.filter(({ verdict }) => verdict === 'invalid').length;
  const structural = judged.filter((row) => row.isStructural).length - invalid;
  const stale = judged.filter(({ verdict }) => verdict === 'stale').length;
  const upstreamDrifted = judged.filter(({ upstreamOk }) => upstreamOk === false).length;
  const exit = invalid > 0 ? 2 : structural > 0 || (isStrict && stale > 0) ? 1 : 0;
  return { rows: judged, structural, stale, upstreamDrifted, exit };
}

const BASIC_TOLERANCE: Decimal = { coefficient: 1n, scale: 3 };

function side(text: string | null): Side {
  if (text === null) return { value: null, isInvalid: false };
  const value = tryParseDecimal(text);
  return { value, isInvalid: value === null };
}

function heldEvidence(row: ShadowRow) {
  if (row.held === null) return null;
  const [start, end] = [tryParseDecimal(row.held.atHourStart), tryParseDecimal(row.held.atHourEnd)];
  if (start === null || end === null) return null;
  return { measuredAtStart: start, measuredAtEnd: end, ageMs: row.held.ageMs };
}
