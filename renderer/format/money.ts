import { minorDigits } from '../../shared/values/money.ts';
import { ABSENT, type FormattedNumber, formatParts, joinParts, signOfText } from './number.ts';
import { currencyStyleInForce, numberMarks } from './number-style.ts';

/** Signs that stand before an amount; every other currency is named by its code. */
const SYMBOLS: Readonly<Record<string, string>> = { usd: '$', eur: '€', gbp: '£', jpy: '¥' };

/** `$`, or `CHF` where there is no sign that everybody knows. */
export const currencySign = (currency: string): string =>
  (currencyStyleInForce() === 'sign' ? SYMBOLS[currency] : undefined) ?? currency.toUpperCase();

/** A rate has at most twelve places below the minor unit, which has at most three. */
const MOST_PLACES = 15;

/**
 * An amount in major units with the decimals of its currency (more where it has more: tier rates).
 * @param text decimal text, major units
 */
export const moneyParts = (text: string, currency: string, isDifference = false): FormattedNumber =>
  formatParts(text, {
    separator: numberMarks().moneyGroup,
    isDifference,
    minimumPlaces: minorDigits(currency),
    maximumPlaces: MOST_PLACES,
  });

/** The amount alone, for a column whose header names the currency: `128,410.22`; zero is `0`. */
export function formatAmount(text: string | null, currency: string, isDifference = false): string {
  if (text === null) return ABSENT;
  const parts = moneyParts(text, currency, isDifference);
  return signOfText(text) === 0 ? parts.whole : joinParts(parts);
}

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });
const COMPACT_DIFFERENCE = new Intl.NumberFormat('en', {
  notation: 'compact',
  maximumSignificantDigits: 4,
  signDisplay: 'exceptZero',
});

/** `+3.654M`, for a picture that has a table with all digits behind it. */
export const compactAmount = (text: string, isDifference = false): string =>
  (isDifference ? COMPACT_DIFFERENCE : COMPACT).format(text as `${number}`).replace('-', '−');

/** The amount with its currency: `$128,410.22`, `−$0.08`, `CHF 12.00`. */
export function formatMoney(text: string | null, currency: string, isDifference = false): string {
  if (text === null) return ABSENT;
  const { sign } = moneyParts(text, currency, isDifference);
  const amount = formatAmount(text, currency, isDifference).slice(sign.length);
  const symbol = currencySign(currency);
  if (numberMarks().isSignBehind) return `${sign}${amount}\u00a0${symbol}`;
  return `${sign}${symbol}${symbol.length > 1 ? '\u00a0' : ''}${amount}`;
}

/** The most decimals that any of the currencies has: the room that a column of all of them needs. */
export const mostMinorDigits = (currencies: readonly string[]): number =>
  currencies.reduce((most, currency) => Math.max(most, minorDigits(currency)), 0);
