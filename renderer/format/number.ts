import { type Decimal, formatDecimal, isZero, round, tryParseDecimal } from '../../shared/values/decimal.ts';
import { grouped, numberMarks } from './number-style.ts';

/** U+202F: a thin space at which a line never breaks. */
export const THIN_SPACE = '\u202f';
export const MINUS = '\u2212';
export const ABSENT = '–';

/** Decimals shown of a quantity; the rest is a hover or a copy away. */
export const SHOWN_PLACES = 6;

/** The same in a table that has no room for all its columns otherwise. */
export const TIGHT_PLACES = 3;

/** A decimal, cut into the parts that a column aligns. Joined, they read as the number. */
export type FormattedNumber = {
  /** `+`, `−` or nothing. */
  readonly sign: string;
  readonly whole: string;
  /** Digits after the point, without it; may be empty. */
  readonly fraction: string;
  /** Some digits are not shown: an ellipsis stands for them. */
  readonly isCut: boolean;
  /** The text as the contract gave it. */
  readonly exact: string;
};

export type NumberStyle = {
  readonly separator?: string;
  /** Show `+` before positive values. */
  readonly isDifference?: boolean;
  /** At most this many decimals. */
  readonly maximumPlaces?: number;
  /** At least this many (money). */
  readonly minimumPlaces?: number;
};

/**
 * Decimal text → parts for people. Works on text and bigints alone: no digit is ever read as a double.
 * @param text as the contract writes it; anything else is shown as it stands
 */
export function formatParts(text: string, style: NumberStyle = {}): FormattedNumber {
  const {
    separator = numberMarks().quantityGroup,
    isDifference = false,
    maximumPlaces = SHOWN_PLACES,
    minimumPlaces = 0,
  } = style;
  const value = tryParseDecimal(text);
  if (value === null) return { sign: '', whole: text, fraction: '', isCut: false, exact: text };
  const shown = round(value, maximumPlaces, 'half_up');
  const [whole = '0', fraction = ''] = formatDecimal(positive(shown)).split('.');
  const isCut = isShortened(value, shown);
  return {
    sign: signOf(value, isDifference),
    whole: grouped(whole, separator),
    fraction: fraction.padEnd(isCut ? maximumPlaces : minimumPlaces, '0'),
    isCut,
    exact: text,
  };
}

/** The parts as one string. */
export const joinParts = ({ sign, whole, fraction, isCut }: FormattedNumber): string =>
  `${sign}${whole}${tailOf({ fraction, isCut })}`;

/** What stands after the whole number: the point with its digits, and the sign that there are more. */
export const tailOf = ({ fraction, isCut }: Pick<FormattedNumber, 'fraction' | 'isCut'>): string =>
  `${fraction === '' ? '' : `${numberMarks().point}${fraction}`}${isCut ? '…' : ''}`;

/** A quantity: thin separators, up to six decimals. `null` → `–`. */
export const formatQuantity = (text: string | null, style: NumberStyle = {}): string =>
  text === null ? ABSENT : joinParts(formatParts(text, style));

/** A difference always carries its sign; zero is `0`. */
export const formatDifference = (text: string | null): string => formatQuantity(text, { isDifference: true });

/** More decimals of a per cent than this say nothing to anybody. */
const MOST_PERCENT_PLACES = 10;

/** A ratio as per cent with two decimals, `0.1` → `+10 %`; a smaller one with as many as show its first digit. */
export function formatPercent(ratio: string | null): string {
  if (ratio === null) return ABSENT;
  const value = tryParseDecimal(ratio);
  if (value === null) return ratio;
  const percent: Decimal = { coefficient: value.coefficient * 100n, scale: value.scale };
  let places = 2;
  while (places < MOST_PERCENT_PLACES && value.coefficient !== 0n && isZero(round(percent, places, 'half_up')))
    places += 1;
  const shown = round(percent, places, 'half_up');
  const { sign, whole, fraction } = formatParts(formatDecimal(shown), { isDifference: true, maximumPlaces: places });
  return `${sign}${whole}${tailOf({ fraction, isCut: false })}${THIN_SPACE}%`;
}

/**
 * A sentence of the contract with its long numbers grouped. Only numbers that stand alone: no ids, instants or paths.
 */
export const groupNumbersIn = (sentence: string): string =>
  sentence.replace(/(?<![\w.:/-])\d{5,}(?:\.\d+)?(?![\w:/-]|\.\d)/g, (number) => formatQuantity(number));

/** A whole count: `1,204`. */
export const formatCount = (count: number): string => grouped(Math.trunc(count).toString(), numberMarks().moneyGroup);

/** The most decimals that any of the texts shows. */
export function widestFraction(texts: Iterable<string | null | undefined>, maximumPlaces = SHOWN_PLACES): number {
  let widest = 0;
  for (const text of texts) {
    if (text === null || text === undefined) continue;
    const point = text.indexOf('.');
    if (point >= 0) widest = Math.max(widest, Math.min(text.length - point - 1, maximumPlaces));
  }
  return widest;
}

export type Sign = -1 | 0 | 1;
/** The sign of decimal text; 0 for what is absent. */
export function signOfText(text: string | null | undefined): Sign {
  const value = text === null || text === undefined ? null : tryParseDecimal(text);
  if (value === null || value.coefficient === 0n) return 0;
  return value.coefficient < 0n ? -1 : 1;
}

const positive = (value: Decimal): Decimal =>
  value.coefficient < 0n ? { ...value, coefficient: -value.coefficient } : value;

const signOf = (value: Decimal, isDifference: boolean): string => {
  if (value.coefficient < 0n) return MINUS;
  return isDifference && value.coefficient > 0n ? '+' : '';
};

const isShortened = (value: Decimal, shown: Decimal): boolean =>
  value.scale > shown.scale && value.coefficient !== shown.coefficient * 10n ** BigInt(value.scale - shown.scale);
