import { type Decimal, normalize, parseDecimal, tryParseDecimal } from '../../shared/values/decimal.ts';
import type { Field, YamlReader } from './yaml-reader.ts';

/** From when on a change between two months is worth a look: both must be reached. */
export type CompareSettings = {
  /** Major units, of whichever currency. */
  readonly minAmount: Decimal;
  /** Share of the first month's amount. */
  readonly minRelative: Decimal;
};

export const DEFAULT_COMPARE: CompareSettings = {
  minAmount: parseDecimal('100.00'),
  minRelative: parseDecimal('0.05'),
};

/** Reads `compare:`; what is left out has its default (docs/compare.md). */
export function readCompare(reader: YamlReader, field: Field | null): CompareSettings {
  const section = field === null ? null : reader.section(field, ['minAmount', 'minRelative']);
  const amount = section?.get('minAmount') ?? null;
  const relative = section?.get('minRelative') ?? null;
  return {
    minAmount: amount === null ? DEFAULT_COMPARE.minAmount : reader.decimal(amount),
    minRelative: relative === null ? DEFAULT_COMPARE.minRelative : readShare(reader, relative),
  };
}

function readShare(reader: YamlReader, field: Field): Decimal {
  const share = parseShare(reader.word(field));
  if (share !== null) return share;
  reader.problem(
    field,
    'config.invalid_value',
    `"${reader.shown(field)}" is not a share.`,
    'Write a percentage such as "5%", or a share such as "0.05".',
  );
  return DEFAULT_COMPARE.minRelative;
}

/** `5%` or `0.05`; null where it is neither, or below 0. */
export function parseShare(text: string): Decimal | null {
  const trimmed = text.trim();
  const isPercent = trimmed.endsWith('%');
  const value = tryParseDecimal(isPercent ? trimmed.slice(0, -1).trim() : trimmed);
  if (value === null || value.coefficient < 0n) return null;
  return isPercent ? normalize({ coefficient: value.coefficient, scale: value.scale + 2 }) : value;
}
